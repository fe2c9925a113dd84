/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A record of a baseline job; the layout is in the package's documentation.
 *
 * @param device whose call it is, the record's key
 * @param call the number of the call
 * @param asked the values of each record that an echo answers with; empty where that is not for the
 *     sender to say
 * @param values a view of the float32 values, not a copy; at its beginning
 */
public record PlainRecord(String device, long call, List<Integer> asked, FloatBuffer values) {
  private static final int MAX_DEVICE_BYTES = 127;

  public PlainRecord {
    asked = List.copyOf(asked);
  }

  /** The bytes of a record. */
  public static int bytes(String device, List<Integer> asked, int values) {
    int head = 1 + device.length() + Long.BYTES + Integer.BYTES * (1 + asked.size());
    return Math.addExact(head, Math.multiplyExact(values, Float.BYTES));
  }

  /** Writes a record that asks for nothing, the values of all buffers one after the other. */
  public static byte[] encode(String device, long call, FloatBuffer... values) {
    int count = 0;
    for (FloatBuffer part : values) {
      count += part.remaining();
    }
    ByteBuffer out = begin(device, call, List.of(), count);
    FloatBuffer floats = out.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    for (FloatBuffer part : values) {
      floats.put(part.duplicate());
    }
    return out.array();
  }

  /** A record of zeros, for where only its size matters. */
  public static byte[] blank(String device, long call, List<Integer> asked, int values) {
    return begin(device, call, asked, values).array();
  }

  /** Reads a record, which must be one of {@link #encode} or {@link #blank}. */
  public static PlainRecord decode(byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record);
    byte[] id = new byte[in.get()];
    in.get(id);
    long call = in.getLong();
    Integer[] asked = new Integer[in.getInt()];
    for (int i = 0; i < asked.length; i++) {
      asked[i] = in.getInt();
    }
    FloatBuffer values = in.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    return new PlainRecord(new String(id, StandardCharsets.US_ASCII), call, List.of(asked), values);
  }

  /** A record without its values, which come where the buffer stands. */
  private static ByteBuffer begin(String device, long call, List<Integer> asked, int values) {
    byte[] id = device.getBytes(StandardCharsets.US_ASCII);
    if (id.length > MAX_DEVICE_BYTES) {
      throw new IllegalArgumentException("Expected a short device id; found " + device + ".");
    }
    ByteBuffer out = ByteBuffer.allocate(bytes(device, asked, values));
    out.put((byte) id.length).put(id).putLong(call).putInt(asked.size());
    asked.forEach(out::putInt);
    return out;
  }
}
