/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.nio.file.Path;
import java.util.Arrays;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;

/**
 * The contents of {@value #NAME}.
 *
 * @param nextPass the first pass that was never handed out
 * @param nextKey its key
 * @param integrityFailures from 0
 * @param releasedBy the instance that claimed passes from {@code nextPass} on and gave them back to
 *     the edge before it closed; null when nobody did
 */
record StateFile(
    ChainIdentity identity,
    long nextPass,
    PassKey nextKey,
    ChallengeKey challengeKey,
    long integrityFailures,
    InstanceId releasedBy) {
  static final String NAME = "state.lep";
  static final int MAGIC = 0x4c455053; // "LEPS"
  static final int VERSION = 2;
  private static final int OLDEST_VERSION = 1;
  private static final String REMEDY =
      "A state cannot be made anew, or masks would repeat: provision the device again.";

  byte[] toFile() {
    byte[] next = nextKey.copyBytes();
    byte[] challenge = challengeKey.copyBytes();
    BodyWriter writer = new BodyWriter();
    identity.write(writer);
    writer.int64(nextPass).bytes(next).bytes(challenge).int64(integrityFailures);
    writer.int32(releasedBy == null ? 0 : 1);
    if (releasedBy != null) {
      writer.int64(releasedBy.high()).int64(releasedBy.low());
    }
    byte[] body = writer.toByteArray();
    try {
      return CheckedFile.frame(MAGIC, VERSION, body);
    } finally {
      Arrays.fill(next, (byte) 0);
      Arrays.fill(challenge, (byte) 0);
      Arrays.fill(body, (byte) 0);
    }
  }

  /**
   * Reads the file of a chain's folder.
   *
   * @throws org.lepcnn.core.io.CorruptFileException missing, empty, short, damaged or of another
   *     chain than the folder's name says
   */
  static StateFile read(Path folder) {
    Path file = folder.resolve(NAME);
    String what = file.toString();
    byte[] bytes = SecretFiles.read(file, REMEDY);
    CheckedFile.Content content = CheckedFile.open(what, bytes, MAGIC, OLDEST_VERSION, VERSION);
    BodyReader in = new BodyReader(what, content.body());
    ChainIdentity identity = ChainIdentity.read(in);
    long nextPass = in.int64();
    byte[] next = in.bytes();
    byte[] challenge = in.bytes();
    long failures = in.int64();
    InstanceId releasedBy = content.version() > 1 ? readInstance(in) : null;
    in.end();
    try (SecretKey nextKey = SecretKey.copyOf(next);
        SecretKey challengeKey = SecretKey.copyOf(challenge)) {
      if (nextPass < 0 || failures < 0) {
        throw in.corrupt("a count is negative");
      }
      if (nextPass > Long.MAX_VALUE - DeviceState.MAX_RESERVATION) {
        throw in.corrupt("it is at pass " + nextPass + ", behind the last one of any chain");
      }
      if (!identity.chain().toString().equals(folder.getFileName().toString())) {
        throw in.corrupt("it belongs to chain " + identity.chain() + ", not to this folder");
      }
      return new StateFile(
          identity,
          nextPass,
          PassKey.of(nextKey),
          ChallengeKey.of(challengeKey),
          failures,
          releasedBy);
    } finally {
      Arrays.fill(next, (byte) 0);
      Arrays.fill(challenge, (byte) 0);
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static InstanceId readInstance(BodyReader in) {
    int present = in.int32();
    if (present != 0 && present != 1) {
      throw in.corrupt("a flag is neither 0 nor 1");
    }
    return present == 0 ? null : new InstanceId(in.int64(), in.int64());
  }

  /** Erases the keys in memory. */
  void eraseKeys() {
    nextKey.close();
    challengeKey.close();
  }

  @Override
  public String toString() {
    return "StateFile(" + identity.device() + ", next pass " + nextPass + ")";
  }
}
