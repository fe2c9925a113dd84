/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.SecretFiles;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.KeyWrap;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;

/**
 * The owner's permission for one device to run one model on one new chain: what {@code device
 * provision} writes and {@link DeviceState#init} consumes and deletes. It holds the chain's first
 * key, from which every pass of the chain follows: carry it over a trusted way, keep no copy.
 */
public final class Grant implements AutoCloseable {
  static final int MAGIC = 0x4c455047; // "LEPG"
  static final int VERSION = 3;
  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());
  private static final int OLDEST_VERSION = 1;

  /** A device half and what a state holds. */
  static final long MAX_BYTES = WholeFile.MAX_HALF_BYTES + StateFile.MAX_BYTES;

  private static final String REMEDY = "Provision the device again with 'lepcnn device provision'.";

  private final ChainIdentity identity;
  private final byte[] deviceHalfFile;
  private final DeviceHalf deviceHalf;
  private final PassKey firstPassKey;
  private final ChallengeKey challengeKey;

  /** Whether its keys were under a passphrase where they come from. */
  private final boolean fromSealed;

  private Grant(
      ChainIdentity identity,
      byte[] deviceHalfFile,
      PassKey first,
      ChallengeKey challenge,
      boolean fromSealed) {
    this.fromSealed = fromSealed;
    this.identity = identity;
    this.deviceHalfFile = deviceHalfFile;
    this.deviceHalf = DeviceHalf.parse("the grant's device half", deviceHalfFile);
    this.firstPassKey = first;
    this.challengeKey = challenge;
  }

  /**
   * A grant for a new chain.
   *
   * @param firstKey the chain's first key, whose suite is the chain's; stays the caller's
   * @param fromSealed whether the owner file is under a passphrase: then so must the grant be
   */
  public static Grant of(
      String device, ChainId chain, ModelBundle bundle, PassKey firstKey, boolean fromSealed) {
    byte[] half = bundle.device().toFile();
    byte[] edgeHash = bundle.manifest().edgeHash();
    if (!Fingerprint.combine(edgeHash, ModelBundle.hash(half)).equals(bundle.fingerprint())) {
      throw new BadInputException(
          "Granting model "
              + bundle.fingerprint()
              + ": the bundle's device half is of another format version. Import the model again.");
    }
    return new Grant(
        new ChainIdentity(device, chain, bundle.fingerprint(), edgeHash, firstKey.suite()),
        half,
        firstKey.copy(),
        firstKey.challengeKeyOfChain(),
        fromSealed);
  }

  /**
   * Reads a grant.
   *
   * @throws org.lepcnn.core.io.CorruptFileException missing, short, damaged, or not of one piece
   */
  public static Grant read(Path file) {
    return read(file, Passphrase.none());
  }

  /**
   * As {@link #read(Path)}, of a grant under a passphrase, which stays the caller's.
   *
   * @throws BadInputException also when the passphrase is another one, or when the grant has none
   *     and one is given that does not accept that
   */
  public static Grant read(Path file, Passphrase passphrase) {
    byte[] bytes = SecretFiles.read(file, MAX_BYTES, REMEDY);
    try {
      return read(file.toString(), bytes, passphrase);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static Grant read(String what, byte[] bytes, Passphrase passphrase) {
    CheckedFile.Content content = CheckedFile.open(what, bytes, MAGIC, OLDEST_VERSION, VERSION);
    BodyReader in = new BodyReader(what, content.body());
    ChainIdentity identity = ChainIdentity.read(in, content.version());
    byte[] half = in.bytes();
    identity.verify(what, ModelBundle.hash(half), in);
    if (content.version() == 1) {
      KeyWrap.requirePlainAllowed(what, passphrase);
    }
    Keys read =
        content.version() == 1
            ? new Keys(readKeysOfVersion1(in), false)
            : readKeys(what, in, content.body(), passphrase);
    try (SecretKey firstKey = read.keys().get(0);
        SecretKey challengeKey = read.keys().get(1)) {
      in.end();
      Grant grant =
          new Grant(
              identity,
              half,
              PassKey.of(firstKey, identity.suite()),
              ChallengeKey.of(challengeKey, identity.suite()),
              read.sealed());
      grant.requireOneSuite(in);
      return grant;
    }
  }

  /** The second key follows from the first by a label of the suite. */
  private void requireOneSuite(BodyReader in) {
    try (ChallengeKey expected = firstPassKey.challengeKeyOfChain()) {
      if (!challengeKey.equals(expected)) {
        close();
        throw in.corrupt("its keys are not those of one chain of cipher suite " + suite());
      }
    }
  }

  /** What the file is, without its secrets; needs no passphrase. */
  public static GrantDescription describe(Path file) {
    byte[] bytes = SecretFiles.read(file, MAX_BYTES, REMEDY);
    try {
      return describe(file.toString(), bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static GrantDescription describe(String what, byte[] bytes) {
    CheckedFile.Content content = CheckedFile.open(what, bytes, MAGIC, OLDEST_VERSION, VERSION);
    BodyReader in = new BodyReader(what, content.body());
    ChainIdentity identity = ChainIdentity.read(in, content.version());
    byte[] half = in.bytes();
    identity.verify(what, ModelBundle.hash(half), in);
    return new GrantDescription(
        identity.device(),
        identity.chain(),
        identity.model(),
        identity.suite(),
        DeviceHalf.parse("the grant's device half", half).modelName());
  }

  /** The file's bytes without a passphrase; they are secret. */
  byte[] toFile() {
    return toFile(Passphrase.none());
  }

  private byte[] toFile(Passphrase passphrase) {
    BodyWriter body = new BodyWriter();
    identity.write(body);
    body.bytes(deviceHalfFile);
    try (KeyWrap wrap = KeyWrap.of(passphrase)) {
      wrap.write(body, firstPassKey, challengeKey, ACCESS);
      byte[] bytes = body.toByteArray();
      byte[] framed = CheckedFile.frame(MAGIC, VERSION, bytes);
      Arrays.fill(bytes, (byte) 0);
      return framed;
    }
  }

  /**
   * Writes the grant, readable by its owner alone.
   *
   * @throws BadInputException the file is there already, or the keys come from a file under a
   *     passphrase
   */
  public void write(Path file) {
    write(file, Passphrase.none());
  }

  /** As {@link #write(Path)}, its keys under a passphrase, which stays the caller's. */
  public void write(Path file, Passphrase passphrase) {
    requireSealedAgain("Writing the grant " + file, "--grant-passphrase-file", passphrase);
    requireFree(file);
    Path absolute = file.toAbsolutePath();
    SecretFiles.create(DurableStore.onDisk(), absolute, toFile(passphrase));
  }

  /**
   * Refuses a file that a grant cannot be written to; makes its folder.
   *
   * @throws BadInputException something is there already
   */
  public static void requireFree(Path file) {
    if (Files.exists(file)) {
      throw new BadInputException(
          "Writing the grant " + file + ": something is there already. Name another file.");
    }
    try {
      Files.createDirectories(Folders.holding(file));
    } catch (IOException e) {
      throw SecretFiles.notWritten(file, e);
    }
  }

  public String device() {
    return identity.device();
  }

  public ChainId chain() {
    return identity.chain();
  }

  public Fingerprint model() {
    return identity.model();
  }

  /** The chain's ciphers. */
  public CipherSuite suite() {
    return identity.suite();
  }

  public DeviceHalf deviceHalf() {
    return deviceHalf;
  }

  /** The key of pass 0; the caller closes it. */
  PassKey firstPassKey() {
    return firstPassKey.copy();
  }

  /** The key of the chain's challenges; the caller closes it. */
  ChallengeKey challengeKey() {
    return challengeKey.copy();
  }

  /** Erases the keys in memory. The file is another matter. */
  @Override
  public void close() {
    firstPassKey.close();
    challengeKey.close();
  }

  @Override
  public String toString() {
    return "Grant(" + device() + ", chain " + chain() + ", model " + model().shortName() + ")";
  }

  /** What was under a passphrase is not written without one, unless that is asked for. */
  void requireSealedAgain(String what, String option, Passphrase passphrase) {
    if (fromSealed) {
      passphrase.requireForKeysOfASealedFile(what, option);
    }
  }

  ChainIdentity identity() {
    return identity;
  }

  byte[] deviceHalfFile() {
    return deviceHalfFile.clone();
  }

  private record Keys(List<SecretKey> keys, boolean sealed) {}

  private static Keys readKeys(String what, BodyReader in, ByteBuffer body, Passphrase passphrase) {
    KeyWrap.Opened opened = KeyWrap.read(what, in, body, passphrase, 2);
    opened.wrap().close();
    return new Keys(opened.keys(), opened.fromSealed());
  }

  private static List<SecretKey> readKeysOfVersion1(BodyReader in) {
    byte[] first = in.bytes();
    byte[] challenge = in.bytes();
    if (first.length != SecretKey.BYTES || challenge.length != SecretKey.BYTES) {
      throw in.corrupt("a key has another length than " + SecretKey.BYTES);
    }
    List<SecretKey> keys = List.of(SecretKey.copyOf(first), SecretKey.copyOf(challenge));
    Arrays.fill(first, (byte) 0);
    Arrays.fill(challenge, (byte) 0);
    return keys;
  }

  /** Erases a grant that was consumed, and what a crash left of writing it. */
  static void erase(DurableStore store, Path file) {
    SecretFiles.eraseLeftovers(store, file.toAbsolutePath());
    try {
      store.erase(file);
      store.syncFolder(Folders.holding(file));
    } catch (IOException e) {
      throw new EnvironmentException(
          "Deleting the consumed grant " + file + ": " + e + ". Delete it yourself.", e);
    }
  }
}
