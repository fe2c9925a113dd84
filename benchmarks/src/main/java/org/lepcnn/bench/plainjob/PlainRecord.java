/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A record of the plain job; the layout is in the package's documentation.
 *
 * @param device whose call it is, the record's key
 * @param call the number of the call
 * @param values a view of the float32 values, not a copy; at its beginning
 */
public record PlainRecord(String device, long call, FloatBuffer values) {
  private static final int MAX_DEVICE_BYTES = 127;

  /** The bytes of a record, before its values come in. */
  public static int bytes(String device, int values) {
    return Math.addExact(1 + device.length() + Long.BYTES, Math.multiplyExact(values, Float.BYTES));
  }

  /** Writes a record, the values of all buffers one after the other. */
  public static byte[] encode(String device, long call, FloatBuffer... values) {
    byte[] id = device.getBytes(StandardCharsets.US_ASCII);
    if (id.length > MAX_DEVICE_BYTES) {
      throw new IllegalArgumentException("Expected a short device id; found " + device + ".");
    }
    int count = 0;
    for (FloatBuffer part : values) {
      count += part.remaining();
    }
    ByteBuffer out = ByteBuffer.allocate(bytes(device, count));
    out.put((byte) id.length).put(id).putLong(call);
    FloatBuffer floats = out.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    for (FloatBuffer part : values) {
      floats.put(part.duplicate());
    }
    return out.array();
  }

  /** Reads a record, which must be one of {@link #encode}. */
  public static PlainRecord decode(byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record);
    byte[] id = new byte[in.get()];
    in.get(id);
    long call = in.getLong();
    FloatBuffer values = in.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    return new PlainRecord(new String(id, StandardCharsets.US_ASCII), call, values);
  }
}
