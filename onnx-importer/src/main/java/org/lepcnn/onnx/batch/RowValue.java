/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.batch;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtUtil;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/**
 * One row of an output.
 *
 * @param dims of the whole tensor that it is from
 * @param data the elements, none of texts
 * @param texts the elements, none of numbers
 */
@SuppressWarnings("ArrayRecordComponent") // compared by difference
record RowValue(int onnxType, long[] dims, byte[] data, String[] texts) {
  /**
   * What floating point numbers may differ by, as a share of the row's largest magnitude.
   *
   * <p>ONNX Runtime sums in another order where there are more rows. Float32 rounds each step to
   * 2⁻²⁴; a sum of n products in another order differs by about √n of that, and the differences of
   * the layers of a network add up: for 100 layers of 25,000 products 2⁻¹³. The rest is room for
   * operators that enlarge differences. Rows that are mixed do not hide below it, since what one
   * row changes in another must be nothing at all.
   */
  static final double TOLERANCE = 0x1p-10;

  static RowValue whole(OnnxTensor tensor) {
    return row(tensor, 0, 1);
  }

  /** One of so many equal parts of a tensor. */
  static RowValue row(OnnxTensor tensor, int row, int rows) {
    long[] dims = tensor.getInfo().getShape();
    int type = Tensors.onnxType(tensor);
    ByteBuffer bytes = tensor.getByteBuffer();
    if (bytes == null) {
      String[] all = texts(tensor);
      int count = all.length / rows;
      String[] part = Arrays.copyOfRange(all, row * count, (row + 1) * count);
      return new RowValue(type, dims, new byte[0], part);
    }
    byte[] part = new byte[bytes.capacity() / rows];
    bytes.get(row * part.length, part);
    return new RowValue(type, dims, part, new String[0]);
  }

  private static String[] texts(OnnxTensor tensor) {
    try {
      return Tensors.elements(tensor.getInfo().getShape()) == 0
          ? new String[0]
          : OrtUtil.flattenString(tensor.getValue());
    } catch (OrtException e) {
      throw new BadInputException("Reading texts that the model gives: " + e.getCode() + ".", e);
    }
  }

  long textHash() {
    return Arrays.hashCode(texts);
  }

  /** How the same row of another run differs, in words; empty when it is the same. */
  Optional<String> difference(RowValue other) {
    if (onnxType != other.onnxType || data.length != other.data.length) {
      return Optional.of(
          "%s bytes of %s instead of %s of %s"
              .formatted(
                  other.data.length,
                  new ValueType(other.onnxType, other.dims),
                  data.length,
                  new ValueType(onnxType, dims)));
    }
    double[] mine = numbers();
    if (mine.length == 0) {
      boolean same = Arrays.equals(data, other.data) && Arrays.equals(texts, other.texts);
      return same ? Optional.empty() : Optional.of("other elements");
    }
    return difference(mine, other.numbers());
  }

  private static Optional<String> difference(double[] mine, double[] others) {
    double largest = 0;
    double apart = 0;
    for (int i = 0; i < mine.length; i++) {
      boolean same = Double.compare(mine[i], others[i]) == 0 || mine[i] == others[i];
      double difference = same ? 0 : Math.abs(mine[i] - others[i]);
      apart = Math.max(apart, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
      largest = Double.isFinite(mine[i]) ? Math.max(largest, Math.abs(mine[i])) : largest;
    }
    return apart <= TOLERANCE * largest
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "one that is %.2g of the row's largest magnitude away, more than the %.2g of float32"
                    + " sums in another order",
                apart / largest,
                TOLERANCE));
  }

  /** The elements of floating point types; none of others. */
  private double[] numbers() {
    ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.nativeOrder());
    boolean isDouble = onnxType == TensorProto.DataType.DOUBLE_VALUE;
    if (onnxType != Tensors.FLOAT && !isDouble) {
      return new double[0];
    }
    double[] numbers = new double[data.length / (isDouble ? Double.BYTES : Float.BYTES)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = isDouble ? bytes.getDouble() : bytes.getFloat();
    }
    return numbers;
  }
}
