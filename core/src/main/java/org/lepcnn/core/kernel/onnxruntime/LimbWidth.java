/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import org.lepcnn.core.field.ResidueField;

/**
 * How wide limbs are: the split of canonical residues into unsigned limbs, x = Σ 2^(bits·i) ·
 * limb_i, and the recombination of the limbs' signed 32-bit accumulators modulo p.
 *
 * <p>Limbs of 8 bits are the fast form: four, or three in the small field. Limbs of 7 bits, one
 * more, are for processors whose u8·s8 instructions add pairs of products with 16-bit saturation: 2
 * · 127 · 128 &lt; 2¹⁵.
 *
 * @param field of the residues
 * @param count number of limbs
 * @param bits bits of a limb
 */
record LimbWidth(ResidueField field, int count, int bits) {
  static final int EIGHT_BITS = 8;
  static final int SEVEN_BITS = 7;

  /** As many limbs as a residue has. */
  static LimbWidth of(ResidueField field, int bits) {
    return new LimbWidth(field, (field.bits() + bits - 1) / bits, bits);
  }

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
    for (int i = 0; i < length; i++) {
      long sum = 0;
      for (int limb = 0; limb < count; limb++) {
        sum += (long) accumulators[limb * stride + i] << (bits * limb);
      }
      output[i] = field.reduceSigned(sum);
    }
  }
}
