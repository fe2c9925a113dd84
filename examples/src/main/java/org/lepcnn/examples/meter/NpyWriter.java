/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes an array in NumPy's file format, version 1.0.
 *
 * <p>The layout: {@code 0x93 "NUMPY"}, major version 1, minor version 0, the length of the header
 * as a little-endian 16-bit number, the header (a Python dictionary in ASCII with the element type,
 * the order and the shape, padded with blanks and ended by a line feed, so that the values begin at
 * a multiple of 64), and the values, little-endian, last index fastest.
 */
final class NpyWriter implements Closeable {
  private static final int ALIGNMENT = 64;

  /** Bytes before the header text: magic, version and length. */
  private static final int PREFIX_BYTES = 10;

  private final OutputStream out;

  private NpyWriter(Path file, String elementType, int[] shape) throws IOException {
    this.out = new BufferedOutputStream(Files.newOutputStream(file));
    out.write(prefixAndHeader(elementType, shape));
  }

  /** Opens a file of 32-bit floats. */
  static NpyWriter floats(Path file, int... shape) throws IOException {
    return new NpyWriter(file, "<f4", shape);
  }

  /** Opens a file of 64-bit integers. */
  static NpyWriter longs(Path file, int... shape) throws IOException {
    return new NpyWriter(file, "<i8", shape);
  }

  void write(float[] values) throws IOException {
    ByteBuffer bytes = littleEndian(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  void write(long value) throws IOException {
    out.write(littleEndian(Long.BYTES).putLong(value).array());
  }

  private static byte[] prefixAndHeader(String elementType, int[] shape) {
    StringBuilder header = new StringBuilder("{'descr': '").append(elementType);
    header.append("', 'fortran_order': False, 'shape': (");
    for (int i = 0; i < shape.length; i++) {
      header.append(i == 0 ? "" : ", ").append(shape[i]);
    }
    header.append(shape.length == 1 ? "," : "");
    header.append("), }");
    while ((PREFIX_BYTES + header.length() + 1) % ALIGNMENT != 0) {
      header.append(' ');
    }
    header.append('\n');
    ByteBuffer bytes = littleEndian(PREFIX_BYTES + header.length());
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) 1).put((byte) 0).putShort((short) header.length());
    bytes.put(header.toString().getBytes(StandardCharsets.US_ASCII));
    return bytes.array();
  }

  private static ByteBuffer littleEndian(int sizeBytes) {
    return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
