/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.limb;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.residue.ResidueSink;

class LimbLoopsTest {
  private static final int[] EXTREMES = {
    Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MIN_VALUE + 1, -1, 0, 1, 0x7fff_ff00, 0x8000_00ff
  };

  @Test
  void split_putsFourChannelsIntoAWord() {
    int[][] x = new int[4][13];
    SplittableRandom random = new SplittableRandom(1);
    for (int[] channel : x) {
      for (int i = 0; i < channel.length; i++) {
        channel[i] = random.nextInt(Field31.P);
      }
    }
    ChannelWords words = new ChannelWords(13, false);
    for (int channel = 0; channel < 4; channel++) {
      words.take(channel, x[channel], 0, 0, 13);
    }
    words.split(13);
    for (int limb = 0; limb < 4; limb++) {
      for (int i = 0; i < 13; i++) {
        for (int channel = 0; channel < 4; channel++) {
          assertThat((words.limb(limb)[i] >>> (8 * channel)) & 0xff)
              .isEqualTo((x[channel][i] >>> (8 * limb)) & 0xff);
        }
      }
    }
  }

  @Test
  void foldAndJoin_areExactForAllAccumulators() {
    int[][] a = accumulators(EXTREMES);
    int length = a[0].length;
    int[] lower = new int[length];
    int[] upper = new int[length];
    LimbLoops.fold(a[0].clone(), a[1], lower, length);
    LimbLoops.fold(a[2].clone(), a[3], upper, length);
    LimbLoops.join(lower, upper, length);
    assertCombined(a, lower);
  }

  @Test
  void joinSmall_isExactUpToItsBound() {
    int bound = LimbLoops.SMALL_ACCUMULATOR;
    int[][] a = accumulators(bound, -bound, -1, 0, 1, 255 * 127, -255 * 127, bound / 2);
    int[] y = a[0].clone();
    LimbLoops.joinSmall(y, a[1], a[2], a[3], y.length);
    assertCombined(a, y);
  }

  @Test
  void joinCarrying_isExactUpToItsBound() {
    int bound = LimbLoops.CARRYING_ACCUMULATOR;
    int[][] a = accumulators(bound, -bound, -1, 0, 1, 255, 256, -256, bound / 2, 1 << 30);
    int[] y = a[0].clone();
    LimbLoops.joinCarrying(y, a[1], a[2], a[3], y.length);
    assertCombined(a, y);
  }

  @Test
  void recombination_isExactAtEveryBound_andOnePastThoseOfItsLoops() {
    for (int bound :
        new int[] {
          LimbLoops.SMALL_ACCUMULATOR,
          LimbLoops.SMALL_ACCUMULATOR + 1,
          LimbLoops.CARRYING_ACCUMULATOR,
          LimbLoops.CARRYING_ACCUMULATOR + 1,
          Integer.MAX_VALUE
        }) {
      int[][] a = accumulators(bound, -bound, bound - 1, -1, 0, 255);
      int length = a[0].length;
      IntBuffer source = IntBuffer.allocate(4 * length);
      for (int[] limb : a) {
        source.put(limb);
      }
      int[] y = new int[length];
      new Recombination(bound).flat(source, 0, length, length, ResidueSink.of(y), 0);
      assertCombined(a, y);
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

  @Test
  void signedLimbs_addUpToTheResidue() {
    int[] x = {
      0,
      1,
      Field31.P - 1,
      Field31.HALF,
      Field31.HALF + 1,
      0x7f7f7f7f,
      0x7f7f7f80,
      127,
      128,
      255,
      32768
    };
    int[] words = x.clone();
    LimbLoops.signedLimbs(words, words.length);
    for (int i = 0; i < x.length; i++) {
      long sum = 0;
      for (int limb = 3; limb >= 0; limb--) {
        sum = (sum << 8) + (byte) (words[i] >> (8 * limb));
      }
      assertThat(sum).isEqualTo(Field31.centred(x[i]));
    }
  }

  /** All combinations of four of the values. */
  private static int[][] accumulators(int... values) {
    int count = values.length;
    int[][] a = new int[4][count * count * count * count];
    for (int i = 0; i < a[0].length; i++) {
      int rest = i;
      for (int limb = 0; limb < 4; limb++) {
        a[limb][i] = values[rest % count];
        rest /= count;
      }
    }
    return a;
  }

  private static void assertCombined(int[][] a, int[] y) {
    BigInteger p = BigInteger.valueOf(Field31.P);
    for (int i = 0; i < a[0].length; i++) {
      BigInteger sum = BigInteger.ZERO;
      for (int limb = 3; limb >= 0; limb--) {
        sum = sum.shiftLeft(8).add(BigInteger.valueOf(a[limb][i]));
      }
      assertThat(y[i]).isEqualTo(sum.mod(p).intValueExact());
    }
  }
}
