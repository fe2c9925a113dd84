/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SuiteNumber;

/**
 * The header of a table file; see the package for the layout.
 *
 * @param version of the format, {@link #OLDEST_VERSION} to {@link #VERSION}
 */
record TableHeader(
    int version, TableId id, int challengesPerLayer, CipherSuite suite, byte[] salt) {
  static final int MAGIC = 0x4c455054; // "LEPT"
  static final int OLDEST_VERSION = 1;

  /** The version that is written. */
  static final int VERSION = 3;

  /** Before it, every table was of the suite {@link CipherSuite#AES}. */
  private static final int FIRST_VERSION_WITH_SUITE = 3;

  /** Before it, unblinding factors were sealed with tags. */
  private static final int FIRST_VERSION_WITH_SIDES = 3;

  static final int SALT_BYTES = 32;
  static final int MAX_CHALLENGES_PER_LAYER = 2;
  private static final int MAX_BYTES = 4096;
  private static final int LENGTH_AT = 8;
  private static final int FRAME_BYTES = 48;

  /** The header of a file of this version. */
  TableHeader(TableId id, int challengesPerLayer, CipherSuite suite, byte[] salt) {
    this(VERSION, id, challengesPerLayer, suite, salt);
  }

  /** Whether unblinding factors are checked against sealed sides instead of tags. */
  static boolean hasSides(int version) {
    return version >= FIRST_VERSION_WITH_SIDES;
  }

  /** A header and the number of bytes it takes in the file. */
  record Sized(TableHeader header, int bytes) {}

  /** As the version that is written has it. */
  byte[] toBytes() {
    BodyWriter body = new BodyWriter().string(id.device());
    body.int64(id.chain().high()).int64(id.chain().low()).bytes(id.model().toBytes());
    body.int64(id.group()).int64(id.firstPass()).int64(id.lastPass());
    SuiteNumber.write(body.int32(challengesPerLayer), suite);
    return CheckedFile.frame(MAGIC, VERSION, body.bytes(salt).toByteArray());
  }

  /**
   * Reads the header of a file that was just opened.
   *
   * @throws org.lepcnn.core.io.CorruptFileException not a table, short or damaged
   */
  static Sized read(Path path, RandomAccessFile file) throws IOException {
    byte[] start = new byte[(int) Math.min(MAX_BYTES, file.length())];
    file.readFully(start);
    byte[] framed = Arrays.copyOf(start, framedBytes(start));
    String what = "table " + path;
    CheckedFile.Content content = CheckedFile.open(what, framed, MAGIC, OLDEST_VERSION, VERSION);
    BodyReader in = new BodyReader(what, content.body());
    String device = in.string();
    ChainId chain = new ChainId(in.int64(), in.int64());
    Fingerprint model = Fingerprint.of(in.bytes());
    TableId id = new TableId(device, chain, model, in.int64(), in.int64(), in.int64());
    int challenges = in.int32();
    CipherSuite suite =
        content.version() < FIRST_VERSION_WITH_SUITE ? CipherSuite.AES : SuiteNumber.read(in);
    TableHeader header = new TableHeader(content.version(), id, challenges, suite, in.bytes());
    in.end();
    if (header.challengesPerLayer < 1
        || header.challengesPerLayer > MAX_CHALLENGES_PER_LAYER
        || header.salt.length != SALT_BYTES) {
      throw in.corrupt("the header's counts are out of range");
    }
    return new Sized(header, framed.length);
  }

  /** Where the header says that it ends, but a whole frame at least and {@code start} at most. */
  private static int framedBytes(byte[] start) {
    long body = ByteBuffer.wrap(Arrays.copyOf(start, FRAME_BYTES)).getLong(LENGTH_AT);
    return (int) Math.min(start.length, Math.max(FRAME_BYTES, FRAME_BYTES + body));
  }
}
