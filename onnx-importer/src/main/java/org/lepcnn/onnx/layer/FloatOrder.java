/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.Arrays;

/**
 * What can follow a layer and be folded into it. Behind sums that float32 rounds anyway, all that
 * is linear; behind exact sums what does not change a single bit.
 *
 * <p>The device computes y = fl(fl(sum · factor) + bias), with fl the rounding to float32. The
 * model rounds once for each operator, so that the same numbers come out where one product is
 * followed by one sum. Products with powers of two round nothing and can stand anywhere.
 */
final class FloatOrder {
  private final boolean exact;
  private boolean multiplied;
  private boolean added;

  private FloatOrder(boolean exact, boolean multiplied, boolean added) {
    this.exact = exact;
    this.multiplied = multiplied;
    this.added = added;
  }

  /** The order behind exact sums, of which {@code factor} and {@code bias} are part already. */
  static FloatOrder ofExact(double[] factor, double[] bias) {
    return new FloatOrder(true, rounds(factor), adds(bias));
  }

  static FloatOrder ofRounded() {
    return new FloatOrder(false, true, true);
  }

  boolean exact() {
    return exact;
  }

  /** Whether y · multiply[c] + add[c] still rounds as the model does; then it is taken as done. */
  boolean allows(double[] multiply, double[] add) {
    boolean rounds = rounds(multiply);
    boolean adds = adds(add);
    if (exact && ((rounds && (multiplied || added)) || (adds && added))) {
      return false;
    }
    multiplied |= rounds;
    added |= adds;
    return true;
  }

  /** Whether division by numbers is multiplication with their inverses. */
  boolean allowsDivision(double[] divisors) {
    return !exact || !rounds(divisors);
  }

  private static boolean rounds(double[] factors) {
    return !Arrays.stream(factors).allMatch(Grid::isPowerOfTwo);
  }

  private static boolean adds(double[] addends) {
    return Arrays.stream(addends).anyMatch(value -> value != 0);
  }
}
