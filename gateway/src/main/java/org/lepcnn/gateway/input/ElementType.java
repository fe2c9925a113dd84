/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import org.lepcnn.device.stage.HostTensor;

/** Names of element types, as ONNX and NumPy call them. */
public final class ElementType {
  private ElementType() {}

  /** The name of a type that ONNX numbers, such as {@code float32}. */
  public static String name(int onnxType) {
    return switch (onnxType) {
      case HostTensor.FLOAT -> "float32";
      case HostTensor.DOUBLE -> "float64";
      case HostTensor.INT32 -> "int32";
      case HostTensor.INT64 -> "int64";
      case HostTensor.UINT8 -> "uint8";
      case HostTensor.INT8 -> "int8";
      case HostTensor.STRING -> "string";
      case HostTensor.BOOL -> "bool";
      default -> "number " + onnxType + " of ONNX";
    };
  }
}
