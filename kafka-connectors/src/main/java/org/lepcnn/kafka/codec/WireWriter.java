/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.residue.ResidueBytes;
import org.lepcnn.core.residue.ResidueCoding;

/**
 * Writes one Avro single object into a byte array whose size was computed ahead: one allocation, no
 * copy of the residues.
 */
final class WireWriter {
  private final byte[] data;
  private final ByteBuffer buffer;

  /**
   * @param schemaFingerprint CRC-64-AVRO of the writer's schema
   * @param bodyBytes exactly the bytes that will be written after the header
   */
  WireWriter(long schemaFingerprint, int bodyBytes) {
    data = new byte[SingleObject.HEADER_BYTES + bodyBytes];
    buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(SingleObject.MARKER_0).put(SingleObject.MARKER_1).putLong(schemaFingerprint);
  }

  /** Bytes of an int or long. */
  static int sizeOf(long value) {
    long raw = zigzag(value);
    return (Long.SIZE - Long.numberOfLeadingZeros(raw | 1) + 6) / 7;
  }

  /** Bytes of a string that is ASCII, with its length. */
  static int sizeOfAscii(String text) {
    return sizeOf(text.length()) + text.length();
  }

  /** Bytes of so many residues, with their length. */
  static int sizeOfResidues(ResidueField field, int count) {
    int bytes = Math.multiplyExact(count, field.wireBytes());
    return sizeOf(bytes) + bytes;
  }

  WireWriter number(long value) {
    long raw = zigzag(value);
    while ((raw & ~0x7FL) != 0) {
      buffer.put((byte) (raw | 0x80));
      raw >>>= 7;
    }
    buffer.put((byte) raw);
    return this;
  }

  WireWriter ascii(String text) {
    number(text.length());
    buffer.put(text.getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  /** A 128-bit identifier, big-endian. */
  WireWriter id(long high, long low) {
    buffer.putLong(Long.reverseBytes(high)).putLong(Long.reverseBytes(low));
    return this;
  }

  WireWriter fingerprint(Fingerprint fingerprint) {
    buffer.put(fingerprint.toBytes());
    return this;
  }

  /** Leaves room for residues, which are written later. */
  ResidueBytes.Part room(ResidueField field, int count) {
    int bytes = count * field.wireBytes();
    number(bytes);
    ResidueBytes.Part room = new ResidueBytes.Part(data, buffer.position(), count);
    buffer.position(buffer.position() + bytes);
    return room;
  }

  WireWriter residues(ResidueField field, int[] source, int from, int count) {
    ResidueBytes.Part room = room(field, count);
    ResidueCoding.write(field, source, from, count, room.array(), room.offset());
    return this;
  }

  byte[] finish() {
    if (buffer.hasRemaining()) {
      throw new IllegalStateException(
          "Encoding: the size was computed " + buffer.remaining() + " bytes too large.");
    }
    return data;
  }

  private static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }
}
