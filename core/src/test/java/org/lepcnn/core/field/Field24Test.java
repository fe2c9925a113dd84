/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Field24Test {
  private static final BigInteger P = BigInteger.ONE.shiftLeft(24).subtract(BigInteger.valueOf(3));
  private static final int[] EDGES = {
    0, 1, 2, Field24.HALF - 1, Field24.HALF, Field24.HALF + 1, Field24.P - 2, Field24.P - 1
  };

  @Test
  void modulusIsTheLargestPrimeBelow2To24() {
    assertThat(BigInteger.valueOf(Field24.P)).isEqualTo(P);
    assertThat(P.isProbablePrime(64)).isTrue();
    assertThat(P.nextProbablePrime().bitLength()).isEqualTo(25);
  }

  @Test
  void everyResidue_isCanonical_andComesBackFromItsCentredForm() {
    long wrong = 0;
    for (int a = 0; a < Field24.P; a++) {
      int centred = Field24.centred(a);
      boolean right =
          Field24.isCanonical(a)
              && centred == (a <= Field24.HALF ? a : a - Field24.P)
              && Field24.canonical(centred) == a
              && Field24.subtract(0, a) == (Field24.P - a) % Field24.P
              && Field24.multiply(a, Field24.P - 1) == (Field24.P - a) % Field24.P
              && Field24.add(a, Field24.P - 1) == (a + Field24.P - 1) % Field24.P
              && Field24.reduce(a + (long) Field24.P * a) == a;
      wrong += right ? 0 : 1;
    }
    assertThat(wrong).isZero();
  }

  @Test
  void reduce_agreesWithTheRemainder_aroundEveryMultipleOfP() {
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 1_000_000; i++) {
      long value = (random.nextLong() >>> (1 + random.nextInt(38))) / Field24.P * Field24.P;
      long near = Math.max(0, value + random.nextInt(-4, 5));
      if (Field24.reduce(near) != near % Field24.P
          || Field24.reduceSigned(-(near >> 2)) != Math.floorMod(-(near >> 2), (long) Field24.P)) {
        throw new AssertionError("reduce of " + near);
      }
    }
  }

  @Test
  void fold_keepsTheClassAndItsBounds() {
    long square = (long) (Field24.P - 1) * (Field24.P - 1);
    for (long value : new long[] {0, Field24.MASK, Field24.MASK + 1L, square, Long.MAX_VALUE}) {
      assertThat(mod(Field24.fold(value))).isEqualTo(mod(value));
    }
    assertThat(Field24.fold(square)).isLessThan(1L << 26);
    assertThat(Field24.fold(Long.MAX_VALUE)).isLessThan(1L << 41);
  }

  @Test
  void reduce_agreesWithBigIntegerAtTheEdges() {
    long p = Field24.P;
    long[] values = {
      0,
      1,
      p - 1,
      p,
      p + 1,
      2 * p - 1,
      2 * p,
      2 * p + 1,
      p * p,
      p * p - 1,
      (p << 31) + p,
      Long.MAX_VALUE,
      Long.MAX_VALUE - 1
    };
    for (long value : values) {
      assertThat(Field24.reduce(value)).as("%d", value).isEqualTo(mod(value));
    }
  }

  @Test
  void reduce_agreesWithBigIntegerOnRandomValues() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long value = random.nextLong() >>> (1 + random.nextInt(40));
      assertThat(Field24.reduce(value)).isEqualTo(mod(value));
      long signed = random.nextLong() >> (3 + random.nextInt(40));
      assertThat(Field24.reduceSigned(signed)).isEqualTo(mod(signed));
    }
  }

  @Test
  void reduceSigned_agreesWithBigIntegerAtItsBounds() {
    long bound = (1L << 61) - 1;
    for (long value : new long[] {-bound, bound, -1, -Field24.P, -Field24.P - 1L}) {
      assertThat(Field24.reduceSigned(value)).isEqualTo(mod(value));
    }
  }

  @Test
  void ringOperations_agreeWithBigIntegerAtAllPairsOfEdges() {
    for (int a : EDGES) {
      for (int b : EDGES) {
        assertThat(Field24.add(a, b)).isEqualTo(mod((long) a + b));
        assertThat(Field24.subtract(a, b)).isEqualTo(mod((long) a - b));
        assertThat(Field24.multiply(a, b)).isEqualTo(mod((long) a * b));
      }
    }
  }

  @Test
  void centredAndCanonical_areInverse() {
    for (int a : EDGES) {
      int centred = Field24.centred(a);
      assertThat(Math.abs(centred)).isLessThanOrEqualTo(Field24.HALF);
      assertThat(Field24.canonical(centred)).isEqualTo(a);
    }
    assertThat(Field24.centred(Field24.HALF)).isEqualTo(Field24.HALF);
    assertThat(Field24.centred(Field24.HALF + 1)).isEqualTo(-Field24.HALF);
  }

  @Test
  void canonicalTest_refusesTheModulusAndNegatives() {
    assertThat(Field24.allCanonical(new int[] {0, Field24.P - 1}, 0, 2)).isTrue();
    assertThat(Field24.allCanonical(new int[] {0, Field24.P}, 0, 2)).isFalse();
    assertThat(Field24.allCanonical(new int[] {-1, 5}, 0, 2)).isFalse();
    assertThat(Field24.allCanonical(new int[] {-1, 5}, 1, 1)).isTrue();
    assertThat(Field24.isCanonical(Field24.P)).isFalse();
    assertThat(Field24.isCanonical(Field24.P - 1)).isTrue();
  }

  private static int mod(long value) {
    return BigInteger.valueOf(value).mod(P).intValueExact();
  }
}
