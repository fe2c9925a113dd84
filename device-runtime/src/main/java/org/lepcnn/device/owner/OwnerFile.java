/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.file.HeldFile;
import org.lepcnn.device.file.SecretFiles;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.KeyWrap;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.state.Grant;

/**
 * The owner's root key and ledger. Every provisioning makes a new random chain, and every pass is
 * recorded as issued before its tables are made: a change is durable in the ledger before the
 * method that made it returns.
 *
 * <p>Several processes may read the file; those that change it exclude one another and each works
 * on what the file says at that moment. Thread-safe.
 */
public final class OwnerFile implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path file;
  private final SecretKey root;
  private final KeyWrap wrap;
  private final LedgerFile ledger;

  private OwnerFile(DurableStore store, Path file, SecretKey root, KeyWrap wrap) {
    this.file = file;
    this.root = root;
    this.wrap = wrap;
    this.ledger = new LedgerFile(store, file, root, wrap);
  }

  /**
   * Makes a new owner file with a random root key and an empty ledger.
   *
   * @throws BadInputException the file is there already
   */
  public static OwnerFile create(Path file) {
    return create(file, Passphrase.none());
  }

  /** As {@link #create(Path)}, the key under a passphrase, which stays the caller's. */
  public static OwnerFile create(Path file, Passphrase passphrase) {
    return create(file, passphrase, DurableStore.onDisk());
  }

  static OwnerFile create(Path file, Passphrase passphrase, DurableStore store) {
    Path absolute = file.toAbsolutePath();
    try {
      Files.createDirectories(Folders.holding(absolute));
    } catch (IOException e) {
      throw new EnvironmentException("Making the owner file " + file + ": " + e + ".", e);
    }
    try (ExclusiveLock lock = OwnerLocks.lock(absolute)) {
      if (Files.exists(absolute)) {
        throw new BadInputException(
            "Making the owner file "
                + file
                + ": there is one already, and its root key cannot be replaced. Name"
                + " another file.");
      }
      SecretKey root = SecretKey.random();
      KeyWrap wrap = KeyWrap.of(passphrase);
      byte[] bytes = new OwnerContents(root, List.of(), wrap).toFile();
      SecretFiles.create(store, absolute, bytes);
      return new OwnerFile(store, absolute, root, wrap);
    }
  }

  /**
   * Opens an owner file; never makes one.
   *
   * @throws BadInputException there is none; as {@link org.lepcnn.core.io.CorruptFileException} it
   *     is empty, short or damaged
   */
  public static OwnerFile open(Path file) {
    return open(file, Passphrase.none());
  }

  /**
   * As {@link #open(Path)}, of a file under a passphrase, which stays the caller's.
   *
   * @throws BadInputException also when the passphrase is another one, or the file has none; see
   *     {@link Passphrase#acceptingPlain}, which puts the file under it
   */
  public static OwnerFile open(Path file, Passphrase passphrase) {
    return open(file, passphrase, DurableStore.onDisk());
  }

  static OwnerFile open(Path file, Passphrase passphrase, DurableStore store) {
    Path absolute = file.toAbsolutePath();
    if (passphrase.acceptsPlain() && !passphrase.isNone()) {
      return openAndSeal(absolute, passphrase, store);
    }
    OwnerContents contents = OwnerContents.read(absolute, passphrase);
    OwnerLocks.eraseLeftover(store, absolute);
    return new OwnerFile(store, absolute, contents.root(), contents.wrap());
  }

  private static OwnerFile openAndSeal(Path file, Passphrase passphrase, DurableStore store) {
    try (ExclusiveLock lock = OwnerLocks.lock(file);
        HeldFile held = OwnerLocks.hold(file)) {
      OwnerContents contents = OwnerContents.read(file, passphrase);
      held.replace(store, contents.toFile());
      return new OwnerFile(store, file, contents.root(), contents.wrap());
    }
  }

  /** Whether a passphrase protects the root key. */
  public boolean isSealed() {
    return wrap.isSealed();
  }

  /** What the file is, without the root key; needs no passphrase. */
  public static OwnerDescription describe(Path file) {
    return new OwnerDescription(OwnerContents.readLedger(file));
  }

  /**
   * Makes a new chain for a device and a model, whose grant counts as written. What was provisioned
   * for both before stays in the ledger, but {@link #issue} serves the new chain from now on.
   *
   * @return the grant; the caller writes and closes it
   */
  public Grant provision(String device, ModelBundle bundle) {
    return provision(device, bundle, CipherSuite.AES);
  }

  /**
   * As {@link #provision(String, ModelBundle)}, which takes {@link CipherSuite#AES}.
   *
   * @param suite the chain's ciphers, for ever
   */
  public Grant provision(String device, ModelBundle bundle, CipherSuite suite) {
    return begin(device, bundle, suite, ChainStatus.GRANTED);
  }

  /**
   * As {@link #provision(String, ModelBundle, CipherSuite)}, but the new chain is served only after
   * its grant was written; until then, and for ever when that fails, the one before is.
   *
   * @param write writes the grant durably, or throws
   * @return the grant; the caller closes it
   */
  public Grant provision(
      String device, ModelBundle bundle, CipherSuite suite, Consumer<Grant> write) {
    Grant grant = begin(device, bundle, suite, ChainStatus.PENDING);
    try {
      write.accept(grant);
      change(device, grant.chain().toString(), ChainStatus.GRANTED);
      return grant;
    } catch (RuntimeException e) {
      grant.close();
      throw e;
    }
  }

  private Grant begin(String device, ModelBundle bundle, CipherSuite suite, ChainStatus status) {
    PassId.checkDevice(device);
    ChainId chain = new ChainId(RANDOM.nextLong(), RANDOM.nextLong());
    Fingerprint model = bundle.fingerprint();
    LedgerEntry entry = new LedgerEntry(device, model, chain, suite, 0, status);
    ledger.add(entry);
    try (PassKey first = derive(entry)) {
      return Grant.of(device, chain, bundle, first, wrap.isSealed());
    }
  }

  /**
   * Serves a chain no more, for ever. The chains before it are not served again either: when it was
   * the current one, the device has to be provisioned again.
   *
   * @param digits first hexadecimal digits of the chain's id
   * @return what the ledger has of it now
   */
  public LedgerEntry retire(String device, String digits) {
    return change(device, digits, ChainStatus.RETIRED);
  }

  private LedgerEntry change(String device, String digits, ChainStatus status) {
    return ledger.change(
        entries -> Ledger.named(entries, device, digits),
        // retired is for ever, also when its grant is being written at this moment
        entry -> entry.status() == ChainStatus.RETIRED ? entry : entry.with(status));
  }

  /**
   * Records the next passes of the current chain as issued.
   *
   * @param passes at least 1
   * @return the range, directly after everything issued before
   */
  public IssuedRange issue(String device, Fingerprint model, long passes) {
    if (passes < 1) {
      throw BadInputException.about("Issuing passes").expected("at least 1").found(passes);
    }
    LedgerEntry entry =
        ledger.change(
            entries -> Ledger.current(entries, device, model),
            current -> current.withIssued(endOfIssue(current, passes)));
    long end = entry.issuedPasses();
    return new IssuedRange(device, model, entry.chain(), end - passes, end - 1);
  }

  private static long endOfIssue(LedgerEntry entry, long passes) {
    long issued = entry.issuedPasses();
    if (passes > Long.MAX_VALUE - issued) {
      throw BadInputException.about("Issuing passes")
          .expected(
              "that a chain has room for %s passes after the %s that are issued"
                  .formatted(passes, issued))
          .found("too little", "Issue fewer.");
    }
    return issued + passes;
  }

  /** Everything that was issued for the current chain; empty when nothing was. */
  public Optional<IssuedRange> issued(String device, Fingerprint model) {
    LedgerEntry entry = Ledger.current(ledger.read(), device, model);
    return entry.issuedPasses() == 0
        ? Optional.empty()
        : Optional.of(new IssuedRange(device, model, entry.chain(), 0, entry.issuedPasses() - 1));
  }

  /** The chain that is served for a device and a model: the one that was granted last. */
  public ChainId currentChain(String device, Fingerprint model) {
    return Ledger.current(ledger.read(), device, model).chain();
  }

  /** All chains ever provisioned, oldest first. */
  public List<LedgerEntry> ledger() {
    return ledger.read();
  }

  /**
   * The keys of a chain in the ledger, for its tables; the caller closes them.
   *
   * @throws BadInputException the ledger has no such chain, or it was retired or never granted
   */
  public ChainKeys chainKeys(String device, Fingerprint model, ChainId chain) {
    try (PassKey first = firstKey(device, model, chain)) {
      return new ChainKeys(first);
    }
  }

  /** The first key of a chain in the ledger, which is the key of its pass 0. */
  PassKey firstKey(String device, Fingerprint model, ChainId chain) {
    return derive(Ledger.served(ledger.read(), device, model, chain));
  }

  /** Erases the root key in memory. */
  @Override
  public void close() {
    root.close();
    wrap.close();
  }

  @Override
  public String toString() {
    return "OwnerFile(" + file + ")";
  }

  private PassKey derive(LedgerEntry entry) {
    ChainId chain = entry.chain();
    byte[] device = entry.device().getBytes(StandardCharsets.UTF_8);
    byte[] chainBytes =
        ByteBuffer.allocate(ChainId.BYTES).putLong(chain.high()).putLong(chain.low()).array();
    CipherSuite suite = entry.suite();
    try (SecretKey first =
        root.derive(suite.label("chain"), device, entry.model().toBytes(), chainBytes)) {
      return PassKey.of(first, suite);
    }
  }
}
