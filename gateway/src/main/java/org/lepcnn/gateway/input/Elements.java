/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.TensorElements;

/** Numbers as a file holds them, before they become a tensor of the type that a model wants. */
interface Elements {
  /** Those of a tensor. */
  static Elements of(HostTensor tensor) {
    TensorElements elements = new TensorElements(tensor);
    return new Elements() {
      @Override
      public boolean whole() {
        return elements.whole();
      }

      @Override
      public double number(int index) {
        return elements.number(index);
      }

      @Override
      public long integer(int index) {
        return elements.integer(index);
      }
    };
  }

  /** Whether all are whole numbers by their type. */
  boolean whole();

  /** One element; whole numbers above 2⁵³ are rounded. */
  double number(int index);

  /** One element of whole numbers, exactly. */
  long integer(int index);

  /**
   * Some of the elements as a tensor. Any number becomes a float32 or float64, rounded; whole
   * numbers alone become whole numbers, and each must be in the range of the type.
   *
   * @param what names the source in errors
   * @param from the first element
   * @param count how many
   * @param onnxType the element type of the result
   * @param shape its dimensions, of {@code count} elements together
   */
  default HostTensor tensor(String what, int from, int count, int onnxType, long... shape) {
    if (onnxType != HostTensor.FLOAT && onnxType != HostTensor.DOUBLE && !whole()) {
      throw BadInputException.about(what)
          .expected("whole numbers for an input of type " + ElementType.name(onnxType))
          .found("fractions", "Convert them first.");
    }
    return switch (onnxType) {
      case HostTensor.FLOAT -> HostTensor.of(floats(from, count), shape);
      case HostTensor.DOUBLE -> HostTensor.of(doubles(from, count), shape);
      case HostTensor.INT32 -> HostTensor.of(ints(what, from, count), shape);
      case HostTensor.INT64 -> HostTensor.of(longs(from, count), shape);
      case HostTensor.UINT8 ->
          HostTensor.ofBytes(onnxType, bytes(what, from, count, 0, 255), shape);
      case HostTensor.INT8 ->
          HostTensor.ofBytes(onnxType, bytes(what, from, count, -128, 127), shape);
      case HostTensor.BOOL -> HostTensor.ofBytes(onnxType, bytes(what, from, count, 0, 1), shape);
      default ->
          throw BadInputException.about(what)
              .expected("a model input of a type that files can provide")
              .found(ElementType.name(onnxType), "Use the library.");
    };
  }

  private float[] floats(int from, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) number(from + i);
    }
    return values;
  }

  private double[] doubles(int from, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = number(from + i);
    }
    return values;
  }

  private int[] ints(String what, int from, int count) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = (int) within(what, integer(from + i), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    return values;
  }

  private long[] longs(int from, int count) {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = integer(from + i);
    }
    return values;
  }

  private byte[] bytes(String what, int from, int count, int least, int most) {
    byte[] values = new byte[count];
    for (int i = 0; i < count; i++) {
      values[i] = (byte) within(what, integer(from + i), least, most);
    }
    return values;
  }

  /** The value is private data: the error tells the range alone. */
  private static long within(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw BadInputException.about(what)
          .expected("numbers from " + least + " to " + most + " for this input of the model")
          .found("one outside");
    }
    return value;
  }
}
