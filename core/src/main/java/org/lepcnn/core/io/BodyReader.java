/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads what {@link BodyWriter} wrote. Every length is checked against what is left before anything
 * is allocated, so that a lying file costs no memory.
 *
 * <p>All methods throw {@link CorruptFileException} for input that does not fit.
 */
public final class BodyReader {
  private final String what;
  private final ByteBuffer body;

  /**
   * @param what names the file in errors
   * @param body the bytes; its position moves
   */
  public BodyReader(String what, ByteBuffer body) {
    this.what = what;
    this.body = body;
  }

  public int int32() {
    require(Integer.BYTES);
    return body.getInt();
  }

  public long int64() {
    require(Long.BYTES);
    return body.getLong();
  }

  public byte[] bytes() {
    byte[] value = new byte[length(1)];
    body.get(value);
    return value;
  }

  public String string() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes())).toString();
    } catch (CharacterCodingException e) {
      throw corrupt("a string is not UTF-8");
    }
  }

  public float[] floats() {
    float[] values = new float[length(Float.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = body.getFloat();
    }
    return values;
  }

  public long[] longs() {
    long[] values = new long[length(Long.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = body.getLong();
    }
    return values;
  }

  /** Reads a count and then that many elements; each takes at least one byte. */
  public <T> List<T> list(Supplier<T> element) {
    int count = length(1);
    List<T> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(element.get());
    }
    return list;
  }

  /** Checks that nothing is left. */
  public void end() {
    if (body.hasRemaining()) {
      throw corrupt(body.remaining() + " bytes follow the end");
    }
  }

  /** The exception for contents that do not fit. */
  public CorruptFileException corrupt(String found) {
    return new CorruptFileException(
        "Reading " + what + ": " + found + ". Restore the file or make it again.");
  }

  private int length(int elementBytes) {
    int count = int32();
    if (count < 0 || (long) count * elementBytes > body.remaining()) {
      throw corrupt(
          "a length of " + count + " does not fit the " + body.remaining() + " bytes left");
    }
    return count;
  }

  private void require(int bytes) {
    if (body.remaining() < bytes) {
      throw corrupt("the contents end too early");
    }
  }
}
