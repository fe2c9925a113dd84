/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.lepcnn.core.io.Varint;

/** Writes messages of the ONNX format field by field, wrong ones too. */
final class RawOnnx {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  RawOnnx number(int field, long value) {
    varint((long) field << 3);
    varint(value);
    return this;
  }

  RawOnnx text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  RawOnnx message(int field, RawOnnx message) {
    return bytes(field, message.toBytes());
  }

  RawOnnx bytes(int field, byte[] value) {
    varint(((long) field << 3) | 2);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  RawOnnx varint(long value) {
    Varint.write(value, out::write);
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  /** A model of one node {@code y = Identity(w)} with this initializer. */
  static RawOnnx model(RawOnnx initializer) {
    RawOnnx node = new RawOnnx().text(1, "w").text(2, "y").text(4, "Identity");
    RawOnnx output = new RawOnnx().text(1, "y");
    RawOnnx graph =
        new RawOnnx().message(1, node).text(2, "g").message(5, initializer).message(12, output);
    return new RawOnnx().number(1, 8).message(7, graph).message(8, new RawOnnx().number(2, 13));
  }

  /** A float tensor {@code w} of {@code elements} that lies in a file. */
  static RawOnnx external(String location, int elements) {
    return tensor(elements)
        .message(13, new RawOnnx().text(1, "location").text(2, location))
        .number(14, 1);
  }

  static RawOnnx tensor(int elements) {
    return new RawOnnx().number(1, elements).number(2, 1).text(8, "w");
  }
}
