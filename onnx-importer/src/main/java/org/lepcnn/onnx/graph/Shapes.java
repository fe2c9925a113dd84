/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Dimensions as text and as {@code int}s. */
public final class Shapes {
  private Shapes() {}

  /** {@code 1x3x224x224}; {@code scalar} without dimensions. */
  public static String text(long... dims) {
    return dims.length == 0
        ? "scalar"
        : Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining("x"));
  }

  /** The product of dims[from..to). */
  public static int product(long[] dims, int from, int to) throws StaysOnDeviceException {
    long product = Tensors.elements(Arrays.copyOfRange(dims, from, to));
    if (product > Integer.MAX_VALUE) {
      throw new StaysOnDeviceException("its shape " + text(dims) + " is too large");
    }
    return (int) product;
  }

  /** A copy with one size multiplied. */
  public static long[] times(long[] dims, int axis, int factor) {
    long[] copy = dims.clone();
    copy[axis] = Math.multiplyExact(copy[axis], (long) factor);
    return copy;
  }
}
