/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import org.lepcnn.core.field.Field31;
import org.lepcnn.core.kernel.limb.LimbLoops;

/**
 * How wide limbs are: the split of canonical residues into unsigned limbs, x = Σ 2^(bits·i) ·
 * limb_i, and the recombination of the limbs' signed 32-bit accumulators modulo p.
 *
 * <p>Four limbs of 8 bits are the fast form. Five limbs of 7 bits are for processors whose u8·s8
 * instructions add pairs of products with 16-bit saturation: 2 · 127 · 128 &lt; 2¹⁵.
 *
 * @param count number of limbs
 * @param bits bits of a limb
 */
record LimbWidth(int count, int bits) {
  static final LimbWidth EIGHT_BITS = new LimbWidth(LimbLoops.LIMBS, 8);
  static final LimbWidth SEVEN_BITS = new LimbWidth(5, 7);

  int mask() {
    return (1 << bits) - 1;
  }

  /**
   * Splits planar residues into channel-last limb planes.
   *
   * @param input residues {@code [channels][plane]}, from {@code inputOffset}
   * @param output limbs {@code [count][plane][channels]}, from {@code outputOffset}
   * @param limbStride distance between two limbs in the output
   */
  void split(
      int[] input,
      int inputOffset,
      int channels,
      int plane,
      byte[] output,
      int outputOffset,
      int limbStride) {
    int mask = mask();
    for (int limb = 0; limb < count; limb++) {
      int shift = bits * limb;
      int base = outputOffset + limb * limbStride;
      for (int c = 0; c < channels; c++) {
        int from = inputOffset + c * plane;
        int to = base + c;
        for (int i = 0; i < plane; i++) {
          output[to + i * channels] = (byte) ((input[from + i] >>> shift) & mask);
        }
      }
    }
  }

  /**
   * Recombines accumulators: {@code output[i] = Σ 2^(bits·l) · accumulators[l·stride + i] mod p}.
   *
   * @param accumulators signed 32-bit sums
   * @param stride distance between two limbs
   */
  void combine(int[] accumulators, int stride, int[] output, int length) {
    if (count == LimbLoops.LIMBS) {
      combineFour(accumulators, stride, output, length);
      return;
    }
    for (int i = 0; i < length; i++) {
      long sum = 0;
      for (int limb = 0; limb < count; limb++) {
        sum += (long) accumulators[limb * stride + i] << (bits * limb);
      }
      output[i] = Field31.reduceSigned(sum);
    }
  }

  private static void combineFour(int[] accumulators, int stride, int[] output, int length) {
    for (int i = 0; i < length; i++) {
      long sum =
          accumulators[i]
              + ((long) accumulators[i + stride] << 8)
              + ((long) accumulators[i + 2 * stride] << 16)
              + ((long) accumulators[i + 3 * stride] << 24);
      output[i] = Field31.reduceSigned(sum);
    }
  }
}
