/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResidueFieldTest {
  @ParameterizedTest
  @EnumSource
  void sizes_followFromTheModulus(ResidueField field) {
    assertThat(field.bits())
        .isEqualTo(Integer.SIZE - Integer.numberOfLeadingZeros(field.modulus()));
    assertThat(field.limbs()).isEqualTo((field.bits() + 7) / 8);
    assertThat(field.wireBytes()).isEqualTo(field.limbs());
    assertThat(field.half() * 2 + 1).isEqualTo(field.modulus());
    assertThat(ResidueField.ofBits(field.bits())).isEqualTo(field);
    assertThat(ResidueField.ofBits(field.bits() + 1)).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void operations_agreeWithBigInteger(ResidueField field) {
    SplittableRandom random = new SplittableRandom(field.bits());
    int p = field.modulus();
    int[] edges = {0, 1, field.half(), field.half() + 1, p - 1};
    for (int i = 0; i < 10_000; i++) {
      int a = i < 25 ? edges[i / 5] : random.nextInt(p);
      int b = i < 25 ? edges[i % 5] : random.nextInt(p);
      long product = (long) a * b;
      assertThat(field.add(a, b)).isEqualTo(mod((long) a + b, p));
      assertThat(field.subtract(a, b)).isEqualTo(mod((long) a - b, p));
      assertThat(field.multiply(a, b)).isEqualTo(mod(product, p));
      assertThat(field.reduce(product)).isEqualTo(mod(product, p));
      assertThat(field.reduceSigned(-(product >> 1))).isEqualTo(mod(-(product >> 1), p));
      assertThat(field.canonical(field.centred(a))).isEqualTo(a);
      assertThat(Math.abs(field.centred(a))).isLessThanOrEqualTo(field.half());
    }
  }

  @ParameterizedTest
  @EnumSource
  void canonicalTest_refusesEverythingOutside(ResidueField field) {
    int p = field.modulus();
    for (int bad : new int[] {p, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, -p}) {
      assertThat(field.isCanonical(bad)).isFalse();
      assertThat(field.allCanonical(new int[] {0, bad, 1}, 0, 3)).isFalse();
      assertThat(field.allCanonical(new int[] {0, bad, 1}, 2, 1)).isTrue();
    }
    assertThat(field.allCanonical(new int[] {0, 1, p - 1}, 0, 3)).isTrue();
  }

  private static int mod(long value, int p) {
    return BigInteger.valueOf(value).mod(BigInteger.valueOf(p)).intValueExact();
  }
}
