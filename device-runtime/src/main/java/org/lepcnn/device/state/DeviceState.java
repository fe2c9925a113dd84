/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.FileSystemStore;
import org.lepcnn.device.file.ReplacedFileException;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.KeyWrap;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.supply.InstanceIds;
import org.lepcnn.device.supply.PassSupply;

/**
 * A device's state of one chain, open and locked. It hands out every pass of the chain at most
 * once, for any crash at any instant; see the package for the rule. A copy or a restored backup of
 * the folder is outside that.
 *
 * <p>Thread-safe. Every change is durable before the method that makes it returns; a change that
 * cannot be made durable is an {@link EnvironmentException}, and then nothing was handed out. A
 * state that somebody replaced meanwhile is not written any more, see {@link
 * ReplacedFileException}: no count goes back.
 */
public final class DeviceState implements PassSupply {
  /** The most passes that one reservation may have. */
  public static final int MAX_RESERVATION = 1 << 16;

  private final OpenedState opened;
  private final ChainIdentity identity;
  private final ChallengeKey challengeKey;
  private final KeyWrap wrap;
  private final HandedOut handedOut;
  private InstanceId instance = InstanceIds.fresh();
  private final List<DurableReservation> reservations = new ArrayList<>();

  /** What the file says: the first pass never reserved, and its key. */
  private long storedPass;

  private PassKey storedKey;
  private long integrityFailures;

  private boolean closed;

  private DeviceState(OpenedState opened) {
    StateFile state = opened.contents();
    this.opened = opened;
    this.identity = state.counts().identity();
    this.challengeKey = state.challengeKey();
    this.wrap = state.wrap();
    this.storedPass = state.counts().nextPass();
    this.storedKey = state.nextKey();
    this.integrityFailures = state.counts().integrityFailures();
    this.handedOut = new HandedOut(storedPass, state.counts().releasedBy());
  }

  /**
   * Makes the state of a new chain from a grant, deletes the grant and opens the state.
   *
   * @param stateFolder is made when it is missing
   * @throws BadInputException the chain is there already: the grant was consumed before; what is
   *     left of it is deleted
   */
  public static DeviceState init(Path grantFile, Path stateFolder) {
    return init(grantFile, stateFolder, new FileSystemStore());
  }

  /**
   * As {@link #init(Path, Path)}, with passphrases, which stay the caller's.
   *
   * @param forGrant opens the grant's keys
   * @param forState protects the state's keys from now on
   * @throws BadInputException also when one of the two is given and its file has none, or when the
   *     grant has one and none is given for the state; {@link Passphrase#acceptingPlain} lets both
   */
  public static DeviceState init(
      Path grantFile, Path stateFolder, Passphrase forGrant, Passphrase forState) {
    DurableStore store = new FileSystemStore();
    return open(StateInit.run(grantFile, stateFolder, forGrant, forState, store), forState, store);
  }

  static DeviceState init(Path grantFile, Path stateFolder, DurableStore store) {
    Passphrase none = Passphrase.none();
    return open(StateInit.run(grantFile, stateFolder, none, none, store), none, store);
  }

  /**
   * Opens the only chain of a state folder.
   *
   * @throws BadInputException there is no chain, or more than one
   * @throws org.lepcnn.core.io.CorruptFileException a file is missing, empty, short or damaged
   * @throws EnvironmentException another process has it open, also when somebody deleted the lock
   *     file
   */
  public static DeviceState open(Path stateFolder) {
    return open(stateFolder, "");
  }

  /** As {@link #open(Path)}, with the model chosen. */
  public static DeviceState open(Path stateFolder, Fingerprint model) {
    return open(stateFolder, model.toString());
  }

  /**
   * As {@link #open(Path)}, with the chain chosen.
   *
   * @param prefix first hexadecimal digits of the model's fingerprint or of the chain's id
   */
  public static DeviceState open(Path stateFolder, String prefix) {
    return open(stateFolder, prefix, Passphrase.none());
  }

  /**
   * As {@link #open(Path, String)}, of a state under a passphrase, which stays the caller's.
   *
   * @throws BadInputException also when the passphrase is another one, or the state has none; see
   *     {@link Passphrase#acceptingPlain}, which puts the state under it
   */
  public static DeviceState open(Path stateFolder, String prefix, Passphrase passphrase) {
    return open(stateFolder, prefix, passphrase, null);
  }

  /**
   * As {@link #open(Path, String, Passphrase)}, where of several chains of one model the one that
   * is in use goes on until its tables are dry; then the next takes over.
   *
   * @param passesLeft passes that tables serve, from the chain's next pass on; null when that is
   *     not known, and then several chains are an error
   */
  public static DeviceState open(
      Path stateFolder,
      String prefix,
      Passphrase passphrase,
      @Nullable ToLongFunction<StateDescription> passesLeft) {
    String digits = prefix.toLowerCase(Locale.ROOT);
    Predicate<StateFile.Counts> wanted =
        state ->
            state.identity().model().toString().startsWith(digits)
                || state.identity().chain().toString().startsWith(digits);
    String what = prefix.isEmpty() ? "any model" : "model or chain " + prefix;
    return open(
        ChainFolders.find(stateFolder.toAbsolutePath(), what, wanted, passesLeft),
        passphrase,
        new FileSystemStore());
  }

  static DeviceState open(Path folder, DurableStore store) {
    return open(folder, Passphrase.none(), store);
  }

  private static DeviceState open(Path folder, Passphrase passphrase, DurableStore store) {
    OpenedState opened = OpenedState.of(folder, passphrase, store);
    try {
      DeviceState state = new DeviceState(opened);
      if (passphrase.acceptsPlain() && !passphrase.isNone()) {
        state.commit(state.stored());
      }
      return state;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** What the chains of a state folder are, without their secrets; takes no lock. */
  public static List<StateDescription> describe(Path stateFolder) {
    List<StateDescription> chains = new ArrayList<>();
    ChainFolders.readable(stateFolder.toAbsolutePath())
        .forEach((folder, counts) -> chains.add(ChainFolders.describe(folder, counts)));
    return chains;
  }

  @Override
  public String device() {
    return identity.device();
  }

  @Override
  public ChainId chain() {
    return identity.chain();
  }

  @Override
  public CipherSuite suite() {
    return identity.suite();
  }

  @Override
  public Fingerprint model() {
    return identity.model();
  }

  @Override
  public DeviceHalf deviceHalf() {
    return opened.deviceHalf();
  }

  /** The random number under which passes are claimed now; another one in every opening. */
  @Override
  public synchronized InstanceId instance() {
    return instance;
  }

  /**
   * Draws another instance number, right before a reservation is claimed: of two copies of a
   * running machine one is refused from its next claim on. Nothing of an earlier claim may be in
   * use.
   */
  @Override
  public synchronized void renewInstance() {
    instance = InstanceIds.fresh();
  }

  @Override
  public GroupKey groupKey(long group) {
    return challengeKey.groupKey(group);
  }

  /** The first pass that was never reserved: where the next reservation starts. */
  @Override
  public synchronized long nextPass() {
    return storedPass;
  }

  /**
   * The instance that claimed a pass before and gave it back to the edge, while nobody took it
   * since: its release may be repeated when the edge does not know of it any more. Of instances
   * whose claims and releases were refused it is the first one.
   */
  @Override
  public Optional<InstanceId> releasedBefore(long pass) {
    return handedOut.releasedBefore(pass);
  }

  /** Says that the edge has accepted this instance's release of all passes that were not taken. */
  @Override
  public synchronized void released() {
    requireOpen();
    handedOut.released();
  }

  /**
   * Says that the edge refused this instance's claim of all passes that were not taken, and its
   * release. The claim may be in the edge's log: the next opening can repeat the release.
   */
  @Override
  public synchronized void claimRefused() {
    requireOpen();
    handedOut.claimRefused();
  }

  /** How many passes were taken and have not ended. */
  public synchronized int inFlight() {
    return handedOut.inFlight();
  }

  /**
   * Reserves the next passes. When this returns, no crash lets them be handed out again.
   *
   * @param passes 1 to {@value #MAX_RESERVATION}
   */
  @Override
  public synchronized DurableReservation reserve(int passes) {
    requireOpen();
    if (passes < 1 || passes > MAX_RESERVATION) {
      throw BadInputException.about("Reserving passes")
          .expected("1 to " + MAX_RESERVATION)
          .found(passes);
    }
    long end = Math.addExact(storedPass, passes);
    PassKey endKey = storedKey.advance(passes);
    try {
      commit(with(end, endKey, null));
    } catch (RuntimeException e) {
      endKey.close();
      throw e;
    }
    reservations.removeIf(DeviceState::exhausted);
    DurableReservation reservation = new DurableReservation(this, storedPass, passes, storedKey);
    reservations.add(reservation);
    storedPass = end;
    storedKey = endKey;
    return reservation;
  }

  /** Integrity checks that failed since provisioning or the last reset. */
  @Override
  public synchronized long integrityFailures() {
    return integrityFailures;
  }

  /** Counts a failed integrity check, durably, before anything else is sent. */
  @Override
  public synchronized void recordIntegrityFailure() {
    requireOpen();
    integrityFailures++;
    commit(stored());
  }

  /**
   * Lifts a quarantine: the operator has dealt with the edge. It is lifted when that is durable,
   * and stands when it cannot be made so.
   */
  public synchronized void resetIntegrityFailures() {
    requireOpen();
    long failures = integrityFailures;
    integrityFailures = 0;
    try {
      commit(stored());
    } catch (RuntimeException e) {
      integrityFailures = failures;
      throw e;
    }
  }

  /**
   * Closes the state and erases the keys. With no pass in flight the passes after the last one
   * taken go back; otherwise they stay used up.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (opened) {
      giveBack();
    } finally {
      reservations.forEach(DurableReservation::erase);
      stored().eraseKeys();
    }
  }

  @Override
  public String toString() {
    return "DeviceState(" + device() + ", chain " + chain() + ", next pass " + nextPass() + ")";
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This device state is closed.");
    }
  }

  synchronized void passTaken(long pass) {
    handedOut.taken(pass);
  }

  synchronized void passEnded() {
    handedOut.ended();
  }

  private void giveBack() {
    if (handedOut.inFlight() > 0) {
      return;
    }
    long first = handedOut.firstUntouched();
    for (DurableReservation reservation : reservations) {
      if (reservation.nextPass() == first && !exhausted(reservation)) {
        commit(with(first, reservation.nextKey(), handedOut.givenBackBy(instance)));
        return;
      }
    }
  }

  /** What the file says while nothing is given back; the keys are this object's. */
  StateFile stored() {
    return with(storedPass, storedKey, handedOut.releasedBefore(storedPass).orElse(null));
  }

  private StateFile with(long nextPass, PassKey nextKey, @Nullable InstanceId releasedBy) {
    StateFile.Counts counts =
        new StateFile.Counts(identity, nextPass, integrityFailures, releasedBy);
    return new StateFile(counts, nextKey, challengeKey, wrap);
  }

  private void commit(StateFile contents) {
    opened.write(contents);
  }

  private static boolean exhausted(DurableReservation reservation) {
    return reservation.nextPass() > reservation.lastPass();
  }
}
