/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FieldTest {
  @Test
  void timesPowerOfTwo_isTheProductForEveryExponent() {
    for (int a : new int[] {0, 1, 2, Field.P - 1, Field.HALF, Field.HALF + 1, 0x55555555, 12345}) {
      for (int exponent = 0; exponent <= 30; exponent++) {
        assertThat(Field.timesPowerOfTwo(a, exponent)).isEqualTo(Field.multiply(a, 1 << exponent));
      }
    }
  }

  private static final BigInteger P = BigInteger.ONE.shiftLeft(31).subtract(BigInteger.ONE);
  private static final int[] EDGES = {
    0, 1, 2, Field.HALF - 1, Field.HALF, Field.HALF + 1, Field.P - 2, Field.P - 1
  };

  @Test
  void modulusIsTheMersennePrime() {
    assertThat(BigInteger.valueOf(Field.P)).isEqualTo(P);
    assertThat(P.isProbablePrime(64)).isTrue();
  }

  @Test
  void reduce_agreesWithBigIntegerAtTheEdges() {
    long p = Field.P;
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
      assertThat(Field.reduce(value)).as("%d", value).isEqualTo(mod(value));
    }
  }

  @Test
  void reduce_agreesWithBigIntegerOnRandomValues() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long value = random.nextLong() >>> (1 + random.nextInt(40));
      assertThat(Field.reduce(value)).isEqualTo(mod(value));
      long signed = random.nextLong() >> (3 + random.nextInt(40));
      assertThat(Field.reduceSigned(signed)).isEqualTo(mod(signed));
    }
  }

  @Test
  void reduceSigned_agreesWithBigIntegerAtItsBounds() {
    long bound = (1L << 61) - 1;
    for (long value : new long[] {-bound, bound, -1, -Field.P, -Field.P - 1L}) {
      assertThat(Field.reduceSigned(value)).isEqualTo(mod(value));
    }
  }

  @Test
  void ringOperations_agreeWithBigIntegerAtAllPairsOfEdges() {
    for (int a : EDGES) {
      for (int b : EDGES) {
        assertThat(Field.add(a, b)).isEqualTo(mod((long) a + b));
        assertThat(Field.subtract(a, b)).isEqualTo(mod((long) a - b));
        assertThat(Field.multiply(a, b)).isEqualTo(mod((long) a * b));
      }
    }
  }

  @Test
  void centredAndCanonical_areInverse() {
    for (int a : EDGES) {
      int centred = Field.centred(a);
      assertThat(Math.abs(centred)).isLessThanOrEqualTo(Field.HALF);
      assertThat(Field.canonical(centred)).isEqualTo(a);
    }
    assertThat(Field.centred(Field.HALF)).isEqualTo(Field.HALF);
    assertThat(Field.centred(Field.HALF + 1)).isEqualTo(-Field.HALF);
  }

  @Test
  void canonicalTest_refusesTheModulusAndNegatives() {
    assertThat(Field.allCanonical(new int[] {0, Field.P - 1}, 0, 2)).isTrue();
    assertThat(Field.allCanonical(new int[] {0, Field.P}, 0, 2)).isFalse();
    assertThat(Field.allCanonical(new int[] {-1, 5}, 0, 2)).isFalse();
    assertThat(Field.allCanonical(new int[] {-1, 5}, 1, 1)).isTrue();
    assertThat(Field.isCanonical(Field.P)).isFalse();
    assertThat(Field.isCanonical(Field.P - 1)).isTrue();
  }

  private static int mod(long value) {
    return BigInteger.valueOf(value).mod(P).intValueExact();
  }
}
