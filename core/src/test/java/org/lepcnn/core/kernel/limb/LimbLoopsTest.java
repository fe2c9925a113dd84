/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.limb;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.residue.ResidueSink;

class LimbLoopsTest {
  private static final int[] EXTREMES = {
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Integer.MIN_VALUE + 1,
    -1,
    0,
    1,
    0x7fff_ff00,
    0x8000_00ff,
    0x00ff_ffff
  };

  @ParameterizedTest
  @EnumSource
  void split_putsFourChannelsIntoAWord(ResidueField field) {
    int[][] x = new int[4][13];
    SplittableRandom random = new SplittableRandom(1);
    for (int[] channel : x) {
      for (int i = 0; i < channel.length; i++) {
        channel[i] = random.nextInt(field.modulus());
      }
    }
    ChannelWords words = new ChannelWords(field, 13, false);
    for (int channel = 0; channel < 4; channel++) {
      words.take(channel, x[channel], 0, 0, 13);
    }
    words.split(13);
    assertThat(words.limbs()).isEqualTo(field.limbs());
    for (int limb = 0; limb < words.limbs(); limb++) {
      for (int i = 0; i < 13; i++) {
        for (int channel = 0; channel < 4; channel++) {
          assertThat((words.limb(limb)[i] >>> (8 * channel)) & 0xff)
              .isEqualTo((x[channel][i] >>> (8 * limb)) & 0xff);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void signedSplit_addsUpToTheResidue(ResidueField field) {
    int[] x = {
      0,
      1,
      field.modulus() - 1,
      field.modulus() - 2,
      field.half(),
      field.half() + 1,
      0x7f7f7f7f % field.modulus(),
      0x7f7f7f80 % field.modulus(),
      0x7f7f7f,
      0x7f7f80,
      field.modulus() - 0x808080,
      field.modulus() - 0x808081,
      127,
      128,
      255,
      32768
    };
    ChannelWords words = new ChannelWords(field, x.length, true);
    words.takeZeros(0, 0, x.length);
    words.takeZeros(1, 0, x.length);
    words.take(2, x, 0, 0, x.length);
    words.takeZeros(3, 0, x.length);
    words.split(x.length);
    for (int i = 0; i < x.length; i++) {
      long sum = 0;
      for (int limb = words.limbs() - 1; limb >= 0; limb--) {
        int word = words.limb(limb)[i];
        sum = (sum << 8) + (byte) (word >> 16);
        assertThat(word & 0xff00ffff).as("other channels").isZero();
      }
      assertThat(field.reduceSigned(sum)).as("%d", x[i]).isEqualTo(x[i]);
    }
  }

  @Test
  void signedLimbsOfEveryResidueOfTheSmallField_addUpToIt() {
    int[] words = new int[Field24.P];
    Arrays.setAll(words, i -> i);
    Limbs24.signedLimbs(words, words.length);
    long wrong = 0;
    for (int x = 0; x < words.length; x++) {
      int word = words[x];
      int sum = (byte) word + ((byte) (word >> 8) << 8) + ((byte) (word >> 16) << 16);
      wrong += word >>> 24 == 0 && Field24.reduceSigned(sum) == x ? 0 : 1;
    }
    assertThat(wrong).isZero();
  }

  @Test
  void foldAndJoin_areExactForAllAccumulators() {
    int[][] a = accumulators(4, EXTREMES);
    int length = a[0].length;
    int[] lower = new int[length];
    int[] upper = new int[length];
    Limbs31.fold(a[0].clone(), a[1], lower, length);
    Limbs31.fold(a[2].clone(), a[3], upper, length);
    Limbs31.join(lower, upper, length);
    assertCombined(ResidueField.P31, a, lower);
  }

  @Test
  void joinSmall_isExactUpToItsBound() {
    int bound = Limbs31.SMALL_ACCUMULATOR;
    int[][] a = accumulators(4, bound, -bound, -1, 0, 1, 255 * 127, -255 * 127, bound / 2);
    int[] y = a[0].clone();
    Limbs31.joinSmall(y, a[1], a[2], a[3], y.length);
    assertCombined(ResidueField.P31, a, y);
  }

  @Test
  void joinCarrying_isExactUpToItsBound() {
    int bound = Limbs31.CARRYING_ACCUMULATOR;
    int[][] a = accumulators(4, bound, -bound, -1, 0, 1, 255, 256, -256, bound / 2, 1 << 30);
    int[] y = a[0].clone();
    Limbs31.joinCarrying(y, a[1], a[2], a[3], y.length);
    assertCombined(ResidueField.P31, a, y);
  }

  @Test
  void joinOfThree_isExactForAllAccumulators() {
    int[][] a = accumulators(3, EXTREMES);
    int[] y = a[0].clone();
    Limbs24.join(y, a[1], a[2], y.length);
    assertCombined(ResidueField.P24, a, y);
  }

  @Test
  void joinSmallOfThree_isExactUpToItsBound() {
    int bound = Limbs24.SMALL_ACCUMULATOR;
    int low = (bound & ~0xff) | 0xff; // the largest lower byte of the last limb
    int[][] a = accumulators(3, bound, -bound, low - 256, -low + 256, -1, 0, 1, 255 * 127, 256);
    int[] y = a[0].clone();
    Limbs24.joinSmall(y, a[1], a[2], y.length);
    assertCombined(ResidueField.P24, a, y);
  }

  @Test
  void joinsOfThree_agreeWithTheSumOfRandomAccumulators() {
    SplittableRandom random = new SplittableRandom(3);
    int[][] any = new int[3][100_000];
    int[][] small = new int[3][100_000];
    for (int limb = 0; limb < 3; limb++) {
      for (int i = 0; i < any[limb].length; i++) {
        any[limb][i] = random.nextInt() >> random.nextInt(24);
        small[limb][i] = random.nextInt(-Limbs24.SMALL_ACCUMULATOR, Limbs24.SMALL_ACCUMULATOR + 1);
      }
    }
    int[] ofAny = any[0].clone();
    Limbs24.join(ofAny, any[1], any[2], ofAny.length);
    assertCombined(ResidueField.P24, any, ofAny);
    int[] ofSmall = small[0].clone();
    Limbs24.joinSmall(ofSmall, small[1], small[2], ofSmall.length);
    assertCombined(ResidueField.P24, small, ofSmall);
  }

  @ParameterizedTest
  @EnumSource
  void recombination_isExactAtEveryBound_andOnePastThoseOfItsLoops(ResidueField field) {
    for (int bound :
        new int[] {
          Limbs24.SMALL_ACCUMULATOR,
          Limbs24.SMALL_ACCUMULATOR + 1,
          Limbs31.SMALL_ACCUMULATOR,
          Limbs31.SMALL_ACCUMULATOR + 1,
          Limbs31.CARRYING_ACCUMULATOR,
          Limbs31.CARRYING_ACCUMULATOR + 1,
          Integer.MAX_VALUE
        }) {
      int[][] a = accumulators(field.limbs(), bound, -bound, bound - 1, -1, 0, 255);
      int length = a[0].length;
      IntBuffer source = IntBuffer.allocate(field.limbs() * length);
      for (int[] limb : a) {
        source.put(limb);
      }
      int[] y = new int[length];
      new Recombination(field, bound).flat(source, 0, length, length, ResidueSink.of(y), 0);
      assertCombined(field, a, y);
    }
  }

  @Test
  void deinterleave_takesEveryFourth() {
    int[] x = new int[4 * 13];
    Arrays.setAll(x, i -> i);
    int[][] y = new int[4][13];
    LimbLoops.deinterleave(x, y[0], y[1], y[2], y[3], 13);
    for (int i = 0; i < x.length; i++) {
      assertThat(y[i % 4][i / 4]).isEqualTo(i);
    }
  }

  /** All combinations of as many of the values as there are limbs. */
  private static int[][] accumulators(int limbs, int... values) {
    int count = values.length;
    int[][] a = new int[limbs][(int) Math.pow(count, limbs)];
    for (int i = 0; i < a[0].length; i++) {
      int rest = i;
      for (int limb = 0; limb < limbs; limb++) {
        a[limb][i] = values[rest % count];
        rest /= count;
      }
    }
    return a;
  }

  private static void assertCombined(ResidueField field, int[][] a, int[] y) {
    BigInteger p = BigInteger.valueOf(field.modulus());
    for (int i = 0; i < a[0].length; i++) {
      BigInteger sum = BigInteger.ZERO;
      for (int limb = a.length - 1; limb >= 0; limb--) {
        sum = sum.shiftLeft(8).add(BigInteger.valueOf(a[limb][i]));
      }
      if (y[i] != sum.mod(p).intValueExact()) {
        assertThat(y[i]).as("accumulators %d", i).isEqualTo(sum.mod(p).intValueExact());
      }
    }
  }
}
