/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.file.SecretFiles;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.KeyWrap;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;

/**
 * The contents of {@value #NAME}.
 *
 * @param counts what is not secret
 * @param nextKey the key of the next pass
 * @param wrap how the keys are kept
 */
record StateFile(Counts counts, PassKey nextKey, ChallengeKey challengeKey, KeyWrap wrap) {
  static final String NAME = "state.lep";
  static final int MAGIC = 0x4c455053; // "LEPS"
  static final int VERSION = 3;
  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());
  private static final int OLDEST_VERSION = 1;

  /** Ids, counts, hashes and keys take a few hundred. */
  static final int MAX_BYTES = 1 << 16;

  static final String REMEDY =
      "A state cannot be made anew, or masks would repeat: provision the device again.";

  /**
   * What the file says without any key.
   *
   * @param nextPass the first pass that was never handed out
   * @param integrityFailures from 0
   * @param releasedBy the instance that claimed passes from {@code nextPass} on and gave them back
   *     to the edge before it closed, whether the edge accepted that or refused claim and release
   *     alike; null when nobody did
   */
  record Counts(
      ChainIdentity identity,
      long nextPass,
      long integrityFailures,
      @Nullable InstanceId releasedBy) {}

  byte[] toFile() {
    BodyWriter writer = new BodyWriter();
    counts.identity().write(writer);
    writer.int64(counts.nextPass()).int64(counts.integrityFailures());
    InstanceId releasedBy = counts.releasedBy();
    writer.int32(releasedBy == null ? 0 : 1);
    if (releasedBy != null) {
      writer.int64(releasedBy.high()).int64(releasedBy.low());
    }
    wrap.write(writer, nextKey, challengeKey, ACCESS);
    byte[] body = writer.toByteArray();
    try {
      return CheckedFile.frame(MAGIC, VERSION, body);
    } finally {
      Arrays.fill(body, (byte) 0);
    }
  }

  /**
   * Reads the file of a chain's folder.
   *
   * @param passphrase stays the caller's
   * @throws org.lepcnn.core.io.CorruptFileException missing, empty, short, damaged or of another
   *     chain than the folder's name says
   * @throws org.lepcnn.core.error.BadInputException another passphrase protects it, or none where
   *     one is given
   */
  static StateFile read(Path folder, Passphrase passphrase) {
    Opened file = open(folder);
    BodyReader in = file.in();
    try {
      if (file.version() == 1) {
        Version1 read = readVersion1(file, folder);
        return of(read.counts(), read.keys(), KeyWrap.ofPlainFile(file.what(), passphrase));
      }
      Counts counts = readCounts(in, file.version(), folder);
      KeyWrap.Opened opened = KeyWrap.read(file.what(), in, file.body(), passphrase, 2);
      in.end();
      return of(counts, opened.keys(), opened.wrap());
    } finally {
      file.erase();
    }
  }

  /** Reads what needs no passphrase; errors as {@link #read}. */
  static Counts readCounts(Path folder) {
    Opened file = open(folder);
    try {
      if (file.version() == 1) {
        Version1 read = readVersion1(file, folder);
        read.keys().forEach(SecretKey::close);
        return read.counts();
      }
      Counts counts = readCounts(file.in(), file.version(), folder);
      KeyWrap.skip(file.in());
      file.in().end();
      return counts;
    } finally {
      file.erase();
    }
  }

  /** Erases the keys in memory. */
  void eraseKeys() {
    nextKey.close();
    challengeKey.close();
    wrap.close();
  }

  @Override
  public String toString() {
    return "StateFile(" + counts.identity().device() + ", next pass " + counts.nextPass() + ")";
  }

  private static StateFile of(Counts counts, List<SecretKey> keys, KeyWrap wrap) {
    try (SecretKey nextKey = keys.get(0);
        SecretKey challengeKey = keys.get(1)) {
      CipherSuite suite = counts.identity().suite();
      return new StateFile(
          counts, PassKey.of(nextKey, suite), ChallengeKey.of(challengeKey, suite), wrap);
    }
  }

  private static Counts readCounts(BodyReader in, int version, Path folder) {
    ChainIdentity identity = ChainIdentity.read(in, version);
    long nextPass = in.int64();
    long failures = in.int64();
    return checked(new Counts(identity, nextPass, failures, readInstance(in)), in, folder);
  }

  /** Version 1 had the keys in the middle, never under a passphrase, and knew no release. */
  private static Version1 readVersion1(Opened file, Path folder) {
    BodyReader in = file.in();
    ChainIdentity identity = ChainIdentity.read(in, file.version());
    long nextPass = in.int64();
    byte[] next = in.bytes();
    byte[] challenge = in.bytes();
    long failures = in.int64();
    in.end();
    if (next.length != SecretKey.BYTES || challenge.length != SecretKey.BYTES) {
      throw in.corrupt("a key has another length than " + SecretKey.BYTES);
    }
    Counts counts = checked(new Counts(identity, nextPass, failures, null), in, folder);
    List<SecretKey> keys = List.of(SecretKey.copyOf(next), SecretKey.copyOf(challenge));
    Arrays.fill(next, (byte) 0);
    Arrays.fill(challenge, (byte) 0);
    return new Version1(counts, keys);
  }

  private record Version1(Counts counts, List<SecretKey> keys) {}

  private static Counts checked(Counts counts, BodyReader in, Path folder) {
    if (counts.nextPass() < 0 || counts.integrityFailures() < 0) {
      throw in.corrupt("a count is negative");
    }
    if (counts.nextPass() > Long.MAX_VALUE - DeviceState.MAX_RESERVATION) {
      throw in.corrupt("it is at pass " + counts.nextPass() + ", behind the last one of any chain");
    }
    String chain = counts.identity().chain().toString();
    if (!chain.equals(folder.getFileName().toString())) {
      throw in.corrupt("it belongs to chain " + chain + ", not to this folder");
    }
    return counts;
  }

  /** Null for none. */
  private static @Nullable InstanceId readInstance(BodyReader in) {
    int present = in.int32();
    if (present != 0 && present != 1) {
      throw in.corrupt("a flag is neither 0 nor 1");
    }
    return present == 0 ? null : new InstanceId(in.int64(), in.int64());
  }

  private static Opened open(Path folder) {
    Path path = folder.resolve(NAME);
    byte[] bytes = SecretFiles.readHeld(path, MAX_BYTES, REMEDY);
    CheckedFile.Content content =
        CheckedFile.open(path.toString(), bytes, MAGIC, OLDEST_VERSION, VERSION);
    ByteBuffer body = content.body();
    return new Opened(
        path.toString(), content.version(), bytes, body, new BodyReader(path.toString(), body));
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Opened(String what, int version, byte[] bytes, ByteBuffer body, BodyReader in) {
    void erase() {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
