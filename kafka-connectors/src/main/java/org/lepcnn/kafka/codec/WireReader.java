/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.MalformedRecordException;

/**
 * A cursor over Avro binary that checks every length against the bytes left before it allocates.
 * Every failure is a {@link MalformedRecordException} that names the field.
 */
final class WireReader {
  static final VarHandle BIG_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int MAX_SHIFT = 63;

  private final String what;
  private final byte[] data;
  private final int end;
  private int at;

  /**
   * @param what the record's name, for messages
   */
  WireReader(String what, ByteSlice body) {
    this.what = what;
    this.data = body.array();
    this.at = body.offset();
    this.end = body.offset() + body.length();
  }

  int remaining() {
    return end - at;
  }

  long readLong(String field) {
    long raw = 0;
    for (int shift = 0; ; shift += 7) {
      require(1, field);
      byte b = data[at++];
      if (shift == MAX_SHIFT && (b & 0xFE) != 0) {
        throw malformed(field, "an integer of at most 64 bits", "more");
      }
      raw |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
  }

  int readInt(String field) {
    long value = readLong(field);
    if (value != (int) value) {
      throw malformed(field, "a 32-bit integer", value);
    }
    return (int) value;
  }

  /** A count or length that may not exceed the bytes left. */
  int readLength(String field) {
    long length = readLong(field);
    if (length < 0 || length > remaining()) {
      throw malformed(field, "a length from 0 to " + remaining(), length);
    }
    return (int) length;
  }

  /** Text whose bytes must be ASCII. */
  String readAscii(String field) {
    int length = readLength(field);
    for (int i = at; i < at + length; i++) {
      if (data[i] < 0) {
        throw malformed(field, "ASCII text", "another byte");
      }
    }
    String text = new String(data, at, length, StandardCharsets.US_ASCII);
    at += length;
    return text;
  }

  /** Eight bytes, big-endian. */
  long readBigEndian(String field) {
    require(Long.BYTES, field);
    long value = (long) BIG_ENDIAN.get(data, at);
    at += Long.BYTES;
    return value;
  }

  Fingerprint readFingerprint(String field) {
    require(Fingerprint.BYTES, field);
    Fingerprint value = Fingerprint.of(Arrays.copyOfRange(data, at, at + Fingerprint.BYTES));
    at += Fingerprint.BYTES;
    return value;
  }

  ByteSlice readBytes(String field) {
    int length = readLength(field);
    ByteSlice slice = new ByteSlice(data, at, length);
    at += length;
    return slice;
  }

  void skip(int length, String field) {
    require(length, field);
    at += length;
  }

  int readByte(String field) {
    require(1, field);
    return data[at++];
  }

  void requireEnd() {
    if (at != end) {
      throw MalformedRecordException.about(what)
          .expected("the record's end")
          .found(remaining() + " more bytes");
    }
  }

  MalformedRecordException malformed(String field, String expected, Object found) {
    return MalformedRecordException.about(what + ", field " + field)
        .expected(expected)
        .found(found);
  }

  private void require(int bytes, String field) {
    if (remaining() < bytes) {
      throw malformed(field, "at least " + bytes + " more bytes", remaining() + ": cut off");
    }
  }
}
