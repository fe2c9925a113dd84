/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

/**
 * The inner loops between residues and limbs: 32-bit operations on arrays without branches, in the
 * forms that the JIT compiler vectorises.
 */
final class LimbLoops {
  /** Below this magnitude of accumulators {@link #combineSmall} may be used. */
  static final int SMALL_ACCUMULATOR = 1 << 21;

  private static final int P = Integer.MAX_VALUE;

  /** Makes the small sums of {@link #combineSmall} non-negative. */
  private static final int SMALL_OFFSET = (1 << 29) + (1 << 16);

  private LimbLoops() {}

  /**
   * Transposes four channels' residues into limb words: byte k of {@code w_l[at + i]} is limb l of
   * channel k at position i.
   *
   * @param x residues; channel k begins at {@code x_k}
   * @param w0 receives the words of the lowest limb
   */
  static void split(
      int[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      int length,
      int[] w0,
      int[] w1,
      int[] w2,
      int[] w3,
      int at) {
    for (int i = 0; i < length; i++) {
      int a = x[x0 + i];
      int b = x[x1 + i];
      int c = x[x2 + i];
      int d = x[x3 + i];
      int even = (a & 0x00ff00ff) | ((b & 0x00ff00ff) << 8);
      int odd = ((a >>> 8) & 0x00ff00ff) | (b & 0xff00ff00);
      int evenHigh = (c & 0x00ff00ff) | ((d & 0x00ff00ff) << 8);
      int oddHigh = ((c >>> 8) & 0x00ff00ff) | (d & 0xff00ff00);
      w0[at + i] = (even & 0xffff) | (evenHigh << 16);
      w1[at + i] = (odd & 0xffff) | (oddHigh << 16);
      w2[at + i] = (even >>> 16) | (evenHigh & 0xffff0000);
      w3[at + i] = (odd >>> 16) | (oddHigh & 0xffff0000);
    }
  }

  /**
   * Recombines accumulators: {@code y[to + i] = Σ 2^(8l) · a[l·stride + i] mod p}, canonical.
   *
   * <p>With 2³¹ ≡ 1, a signed a·2^k is congruent to (a ≪ k mod 2³¹) + (a ≫ (31 − k)), the first in
   * [0, 2³¹), the second small. Four low parts are added in unsigned 32 bits and folded after each
   * addition; the small parts, of magnitude below 2²⁵, are added in the last one.
   */
  static void combine(int[] a, int stride, int[] y, int to, int length) {
    int second = 2 * stride;
    int third = 3 * stride;
    for (int i = 0; i < length; i++) {
      int a0 = a[i];
      int a1 = a[i + stride];
      int a2 = a[i + second];
      int a3 = a[i + third];
      int small = (a0 >> 31) + (a1 >> 23) + (a2 >> 15) + (a3 >> 7);
      int low = (a0 & P) + ((a1 << 8) & P);
      int high = ((a2 << 16) & P) + ((a3 << 24) & P);
      low = (low & P) + (low >>> 31);
      high = (high & P) + (high >>> 31);
      int sum = low + high;
      sum = (sum & P) + (sum >>> 31);
      sum += small + (1 << 25);
      sum = (sum & P) + (sum >>> 31) - (1 << 25);
      y[to + i] = sum + ((sum >> 31) & P);
    }
  }

  /**
   * {@link #combine} for accumulators of magnitude below 2²¹: then a0 + 2⁸·a1 and a2 + 2⁸·a3 stay
   * below 2²⁹·(1 + 2⁻⁸) and one fold suffices.
   */
  static void combineSmall(int[] a, int stride, int[] y, int to, int length) {
    int second = 2 * stride;
    int third = 3 * stride;
    for (int i = 0; i < length; i++) {
      int low = a[i] + (a[i + stride] << 8);
      int high = a[i + second] + (a[i + third] << 8);
      int sum = ((high << 16) & P) + (low + (high >> 15) + SMALL_OFFSET);
      sum = (sum & P) + (sum >>> 31) - SMALL_OFFSET;
      y[to + i] = sum + ((sum >> 31) & P);
    }
  }

  /**
   * Transposes a matrix: {@code y[to + c·toStride + r] = x[from + r·fromStride + c]}.
   *
   * @param rows of x
   * @param columns of x
   */
  static void transpose(
      int[] x, int from, int fromStride, int rows, int columns, int[] y, int to, int toStride) {
    for (int c = 0; c < columns; c++) {
      int source = from + c;
      int target = to + c * toStride;
      for (int r = 0; r < rows; r++) {
        y[target + r] = x[source + r * fromStride];
      }
    }
  }
}
