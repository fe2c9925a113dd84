/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Files of NumPy's format, made by hand. */
public final class NpyBytes {
  private NpyBytes() {}

  /** A file with any header dictionary and any data. */
  public static byte[] raw(String header, byte[] data) {
    byte[] text = (header + "\n").getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(10 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    return file.putShort((short) text.length).put(text).put(data).array();
  }

  /** A little-endian array in C order. */
  public static byte[] of(String type, String shape, byte[] data) {
    return raw(
        "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }", data);
  }

  /** A float32 array. */
  public static byte[] floats(String shape, float... values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    return of("<f4", shape, data.array());
  }
}
