/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Locale;

/** ONNX's element types by name. */
public final class ElementTypes {
  private ElementTypes() {}

  /** {@code float32}, {@code int64} or {@code string}; never a number alone. */
  public static String name(int onnxType) {
    TensorProto.DataType type = TensorProto.DataType.forNumber(onnxType);
    if (type == null) {
      return "unknown type " + onnxType;
    }
    return switch (type) {
      case FLOAT -> "float32";
      case DOUBLE -> "float64";
      case UNDEFINED -> "no type";
      default -> type.name().toLowerCase(Locale.ROOT);
    };
  }
}
