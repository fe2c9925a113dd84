/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Field31Test {
  @Test
  void timesPowerOfTwo_isTheProductForEveryExponent() {
    for (int a :
        new int[] {0, 1, 2, Field31.P - 1, Field31.HALF, Field31.HALF + 1, 0x55555555, 12345}) {
      for (int exponent = 0; exponent <= 30; exponent++) {
        assertThat(Field31.timesPowerOfTwo(a, exponent))
            .isEqualTo(Field31.multiply(a, 1 << exponent));
      }
    }
  }

  private static final BigInteger P = BigInteger.ONE.shiftLeft(31).subtract(BigInteger.ONE);
  private static final int[] EDGES = {
    0, 1, 2, Field31.HALF - 1, Field31.HALF, Field31.HALF + 1, Field31.P - 2, Field31.P - 1
  };

  @Test
  void modulusIsTheMersennePrime() {
    assertThat(BigInteger.valueOf(Field31.P)).isEqualTo(P);
    assertThat(P.isProbablePrime(64)).isTrue();
  }

  @Test
  void reduce_agreesWithBigIntegerAtTheEdges() {
    long p = Field31.P;
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
      assertThat(Field31.reduce(value)).as("%d", value).isEqualTo(mod(value));
    }
  }

  @Test
  void reduce_agreesWithBigIntegerOnRandomValues() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long value = random.nextLong() >>> (1 + random.nextInt(40));
      assertThat(Field31.reduce(value)).isEqualTo(mod(value));
      long signed = random.nextLong() >> (3 + random.nextInt(40));
      assertThat(Field31.reduceSigned(signed)).isEqualTo(mod(signed));
    }
  }

  @Test
  void reduceSigned_agreesWithBigIntegerAtItsBounds() {
    long bound = (1L << 61) - 1;
    for (long value : new long[] {-bound, bound, -1, -Field31.P, -Field31.P - 1L}) {
      assertThat(Field31.reduceSigned(value)).isEqualTo(mod(value));
    }
  }

  @Test
  void ringOperations_agreeWithBigIntegerAtAllPairsOfEdges() {
    for (int a : EDGES) {
      for (int b : EDGES) {
        assertThat(Field31.add(a, b)).isEqualTo(mod((long) a + b));
        assertThat(Field31.subtract(a, b)).isEqualTo(mod((long) a - b));
        assertThat(Field31.multiply(a, b)).isEqualTo(mod((long) a * b));
      }
    }
  }

  @Test
  void centredAndCanonical_areInverse() {
    for (int a : EDGES) {
      int centred = Field31.centred(a);
      assertThat(Math.abs(centred)).isLessThanOrEqualTo(Field31.HALF);
      assertThat(Field31.canonical(centred)).isEqualTo(a);
    }
    assertThat(Field31.centred(Field31.HALF)).isEqualTo(Field31.HALF);
    assertThat(Field31.centred(Field31.HALF + 1)).isEqualTo(-Field31.HALF);
  }

  @Test
  void canonicalTest_refusesTheModulusAndNegatives() {
    assertThat(Field31.allCanonical(new int[] {0, Field31.P - 1}, 0, 2)).isTrue();
    assertThat(Field31.allCanonical(new int[] {0, Field31.P}, 0, 2)).isFalse();
    assertThat(Field31.allCanonical(new int[] {-1, 5}, 0, 2)).isFalse();
    assertThat(Field31.allCanonical(new int[] {-1, 5}, 1, 1)).isTrue();
    assertThat(Field31.isCanonical(Field31.P)).isFalse();
    assertThat(Field31.isCanonical(Field31.P - 1)).isTrue();
  }

  private static int mod(long value) {
    return BigInteger.valueOf(value).mod(P).intValueExact();
  }
}
