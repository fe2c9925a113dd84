/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;

/** The protocol's element types that a tensor of the device has; named as in the protocol. */
public enum Datatype {
  BOOL(1, 9),
  UINT8(1, 2),
  INT8(1, 3),
  INT32(4, 6, 4, 5),
  INT64(8, 7, 12),
  UINT64(8, 13),
  FP32(4, 1, 10, 16),
  FP64(8, 11),
  BYTES(0, 8);

  private final int bytes;
  private final int[] onnxTypes;

  /**
   * @param bytes of an element in the binary form; 0 where elements differ in length
   * @param onnxTypes by ONNX's number: those that a device holds in this type
   */
  Datatype(int bytes, int... onnxTypes) {
    this.bytes = bytes;
    this.onnxTypes = onnxTypes;
  }

  /** The type in which a value of a model is sent: that of the tensor that holds it. */
  public static Datatype of(ValueSpec value) {
    for (Datatype type : values()) {
      if (IntStream.of(type.onnxTypes).anyMatch(number -> number == value.onnxType())) {
        return type;
      }
    }
    throw BadInputException.about("Value '" + value.name() + "' of a model")
        .expected("an element type of the protocol")
        .found("type " + value.onnxType() + " of ONNX");
  }

  /** Bytes of an element in the binary form; 0 where elements differ in length. */
  public int bytes() {
    return bytes;
  }

  /** How many elements a value of known dimensions has. */
  public static int elements(ValueSpec value) {
    return Math.toIntExact(Arrays.stream(value.shape()).reduce(1, Math::multiplyExact));
  }
}
