/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.Arrays;

/**
 * What can follow a layer of exact sums and be folded into it without a change of a single bit.
 *
 * <p>The device computes y = fl(fl(sum · factor) + bias), with fl the rounding to float32. The
 * model computes one rounding for each operator, so that the same numbers come out where one
 * product is followed by one sum. Products with powers of two round nothing and can stand anywhere.
 */
final class FloatOrder {
  private boolean multiplied;
  private boolean added;

  /**
   * @param multiplied whether the layer's result is a rounded product already
   * @param added whether something was added to it
   */
  FloatOrder(boolean multiplied, boolean added) {
    this.multiplied = multiplied;
    this.added = added;
  }

  /** Whether y · multiply[c] + add[c] still rounds as the model does; then it is taken as done. */
  boolean allows(double[] multiply, double[] add) {
    boolean rounds = !Arrays.stream(multiply).allMatch(Grid::isPowerOfTwo);
    boolean adds = Arrays.stream(add).anyMatch(value -> value != 0);
    if ((rounds && (multiplied || added)) || (adds && added)) {
      return false;
    }
    multiplied |= rounds;
    added |= adds;
    return true;
  }
}
