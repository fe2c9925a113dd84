/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Writes the body of a file: big-endian integers, length-prefixed UTF-8 strings and arrays. */
public final class BodyWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  @FunctionalInterface
  private interface Put {
    void to(DataOutputStream out) throws IOException;
  }

  public BodyWriter int32(int value) {
    return put(o -> o.writeInt(value));
  }

  public BodyWriter int64(long value) {
    return put(o -> o.writeLong(value));
  }

  public BodyWriter string(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  public BodyWriter bytes(byte[] value) {
    return put(
        o -> {
          o.writeInt(value.length);
          o.write(value);
        });
  }

  public BodyWriter floats(float[] values) {
    return put(
        o -> {
          o.writeInt(values.length);
          for (float value : values) {
            o.writeFloat(value);
          }
        });
  }

  public BodyWriter longs(long[] values) {
    return put(
        o -> {
          o.writeInt(values.length);
          for (long value : values) {
            o.writeLong(value);
          }
        });
  }

  public byte[] toByteArray() {
    return bytes.toByteArray();
  }

  private BodyWriter put(Put put) {
    try {
      put.to(out);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory", e);
    }
  }
}
