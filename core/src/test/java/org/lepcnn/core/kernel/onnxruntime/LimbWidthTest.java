/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.RandomLayers;

class LimbWidthTest {
  static List<LimbWidth> widths() {
    List<LimbWidth> widths = new ArrayList<>();
    for (ResidueField field : ResidueField.values()) {
      widths.add(LimbWidth.of(field, LimbWidth.EIGHT_BITS));
      widths.add(LimbWidth.of(field, LimbWidth.SEVEN_BITS));
    }
    return widths;
  }

  @Test
  void widths_holdAResidueWithAsFewLimbsAsTheyCan() {
    assertThat(widths())
        .containsExactly(
            new LimbWidth(ResidueField.P31, 4, 8),
            new LimbWidth(ResidueField.P31, 5, 7),
            new LimbWidth(ResidueField.P24, 3, 8),
            new LimbWidth(ResidueField.P24, 4, 7));
  }

  @ParameterizedTest
  @MethodSource("widths")
  void split_isUnsignedAndRecombinesToTheResidue(LimbWidth limbs) {
    int[] residues = new RandomLayers(5).residues(limbs.field(), 3 * 7);
    residues[0] = limbs.field().modulus() - 1;
    byte[] split = new byte[limbs.count() * residues.length];
    limbs.split(residues, 0, 3, 7, split, 0, residues.length);
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 7; i++) {
        long sum = 0;
        for (int limb = 0; limb < limbs.count(); limb++) {
          int value = split[limb * residues.length + i * 3 + c] & 0xff;
          assertThat(value).isLessThanOrEqualTo(limbs.mask());
          sum += (long) value << (limbs.bits() * limb);
        }
        assertThat(sum).isEqualTo(residues[c * 7 + i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void combine_isExactForExtremeAccumulators(LimbWidth limbs) {
    int[] extremes = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0, 1, 123_456_789};
    int[] accumulators = new int[limbs.count() * extremes.length];
    for (int i = 0; i < accumulators.length; i++) {
      accumulators[i] = extremes[(i * 5 + i / extremes.length) % extremes.length];
    }
    int[] output = new int[extremes.length];
    limbs.combine(accumulators, extremes.length, output, extremes.length);
    for (int i = 0; i < extremes.length; i++) {
      BigInteger sum = BigInteger.ZERO;
      for (int limb = 0; limb < limbs.count(); limb++) {
        sum =
            sum.add(
                BigInteger.valueOf(accumulators[limb * extremes.length + i])
                    .shiftLeft(limbs.bits() * limb));
      }
      assertThat(output[i])
          .isEqualTo(sum.mod(BigInteger.valueOf(limbs.field().modulus())).intValueExact());
    }
  }
}
