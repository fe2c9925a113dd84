/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.core.quant.NegativeActivationException;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.vector.VectorUnit;

/** What p = 2²⁴ − 3 and numbers without a sign have of their own, against the definition. */
class Arithmetic24Test {
  /** Both, where this JVM and processor have vectors. */
  private static final List<TileArithmetic> TILES =
      VectorUnit.present()
          ? List.of(new PlainTiles(), new VectorTiles())
          : List.of(new PlainTiles());

  private static final List<ActivationRange> RANGES =
      List.of(
          ActivationRange.signed(8),
          ActivationRange.signed(13),
          ActivationRange.signed(22),
          ActivationRange.unsigned(8),
          ActivationRange.unsigned(11),
          ActivationRange.unsigned(22));

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 15, 16, 17, 207, 2047, 2048, 2049, 4098})
  void mask_isTheModularSumOfQuantizedValueAndMask(int length) {
    for (ActivationRange range : RANGES) {
      float[] x = values(length, range);
      float scale = ActivationQuantizer.scale(x, length, range);
      int[] words = new SplittableRandom(length).ints(length, 0, Field24.P).toArray();
      for (int extreme : new int[] {-1, 0, 1, Field24.HALF, Field24.P - 1}) {
        int[] masks = words.clone();
        if (extreme >= 0) {
          Arrays.fill(masks, extreme);
        }
        int[] expected = new int[length];
        for (int i = 0; i < length; i++) {
          int q = ActivationQuantizer.quantize(x[i], 1 / scale, range);
          expected[i] = Math.floorMod((long) q + masks[i], Field24.P);
        }
        int[] defined = masks.clone();
        LayerArithmetic.mask(x, scale, range, ResidueField.P24, defined);
        assertThat(defined).isEqualTo(expected);
        for (TileArithmetic tiles : TILES) {
          assertThat(tiles.scale(FloatBuffer.wrap(x), length, range)).isEqualTo(scale);
          int[] masked = new int[length];
          assertThat(mask(tiles, x, scale, masks, masked)).isFalse();
          assertThat(masked).as("%s, %s", tiles, range).isEqualTo(expected);
        }
      }
    }
  }

  /** A rejected word counts as what it is more than p until its redraw replaces it. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1535, 1536, 2047, 2048, 4096, 4097})
  void aRejectedWord_isReported_andCountsAsWhatItIsMoreThanP(int position) {
    int length = 4098;
    ActivationRange range = ActivationRange.unsigned(10);
    float[] x = values(length, range);
    float scale = ActivationQuantizer.scale(x, length, range);
    for (int rejected = Field24.P; rejected <= Field24.MASK; rejected++) {
      int[] words = new SplittableRandom(position).ints(length, 0, Field24.P).toArray();
      int[] expected = words.clone();
      expected[position] = rejected - Field24.P;
      LayerArithmetic.mask(x, scale, range, ResidueField.P24, expected);
      words[position] = rejected;
      for (TileArithmetic tiles : TILES) {
        int[] masked = new int[length];
        assertThat(mask(tiles, x, scale, words, masked)).isTrue();
        assertThat(masked).as("%s", tiles).isEqualTo(expected);
      }
    }
  }

  /** In planes of every size, at both ends of what a channel's residues can stand for. */
  @ParameterizedTest
  @EnumSource
  void unmask_liftsEveryChannelByItsOwn(ResidueField field) {
    SplittableRandom random = new SplittableRandom(9);
    List<ConvGeometry> geometries = new ArrayList<>();
    for (int plane : new int[] {1, 2, 13, 15, 16, 17, 64, 207, 1023, 3000}) {
      geometries.add(
          new ConvGeometry(2, 1, 37, 1, ConvAxis.pointwise(1), ConvAxis.pointwise(plane)));
    }
    for (ConvGeometry g : geometries) {
      int[] below = new int[g.outChannels()];
      Arrays.setAll(below, i -> random.nextInt(field.modulus()));
      below[0] = 0;
      below[1] = field.modulus() - 1;
      for (Lift lift : List.of(Lift.from(field, below), Lift.centred(field, g.outChannels()))) {
        int[] plain = new int[g.outputSize()];
        for (int i = 0; i < plain.length; i++) {
          int channel = i / g.planeSize() % g.outChannels();
          int top = lift.top(channel);
          int least = top - field.modulus() + 1;
          plain[i] =
              switch (i % 4) {
                case 0 -> top;
                case 1 -> least;
                case 2 -> Math.max(least, Math.min(top, 0));
                default -> (int) random.nextLong(least, top + 1L);
              };
          assertThat(lift.holds(plain[i], channel)).isTrue();
        }
        assertUnmasked(g, lift, plain, random);
      }
    }
  }

  private static void assertUnmasked(
      ConvGeometry g, Lift lift, int[] plain, SplittableRandom random) {
    ResidueField field = lift.field();
    int[] u = random.ints(plain.length, 0, field.modulus()).toArray();
    int[] y = new int[plain.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.floorMod((long) plain[i] + u[i], field.modulus());
    }
    assertThat(LayerArithmetic.unmaskedIntegers(g, y, u, lift)).isEqualTo(plain);
    float[] scales = new float[g.outChannels()];
    float[] bias = new float[g.outChannels()];
    for (int i = 0; i < bias.length; i++) {
      scales[i] = random.nextFloat();
      bias[i] = random.nextFloat() - 0.5f;
    }
    ChannelScales channels = new ChannelScales(0.25f, scales, bias);
    float[] expected = new float[plain.length];
    LayerArithmetic.dequantize(g, plain, channels, expected);
    ResidueBuffer factors = new ResidueBuffer(u.length);
    factors.residues().put(0, u);
    for (TileArithmetic tiles : TILES) {
      float[] found = new float[plain.length];
      tiles.unmask(g, y, factors, lift, channels, FloatBuffer.wrap(found));
      assertThat(found).as("%s, %s", tiles, g).isEqualTo(expected);
    }
  }

  @Test
  void onePastEitherEnd_isNoIntegerOfTheChannel() {
    Lift lift = Lift.from(ResidueField.P24, new int[] {100});
    assertThat(lift.holds(Field24.P - 101, 0)).isTrue();
    assertThat(lift.holds(Field24.P - 100, 0)).isFalse();
    assertThat(lift.holds(-100, 0)).isTrue();
    assertThat(lift.holds(-101, 0)).isFalse();
  }

  /** Anywhere in a tensor, and however small; −0 is none. */
  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 100, 2048, 4098})
  void aNegativeNumber_isFound_whereThereIsNoPlaceForIt(int length) {
    ActivationRange unsigned = ActivationRange.unsigned(9);
    for (int at = 0; at < length; at += 1 + length / 29) {
      for (float negative : new float[] {-1e-38f, -Float.MIN_VALUE, -3, -Float.MAX_VALUE}) {
        float[] x = values(length, unsigned);
        x[at] = negative;
        assertThatThrownBy(() -> ActivationQuantizer.scale(x, length, unsigned))
            .isInstanceOf(NegativeActivationException.class);
        for (TileArithmetic tiles : TILES) {
          assertThatThrownBy(() -> tiles.scale(FloatBuffer.wrap(x), length, unsigned))
              .isInstanceOf(NegativeActivationException.class);
          assertThat(tiles.scale(FloatBuffer.wrap(x), length, ActivationRange.signed(9)))
              .isPositive();
        }
        x[at] = -0f;
        for (TileArithmetic tiles : TILES) {
          assertThat(tiles.scale(FloatBuffer.wrap(x), length, unsigned))
              .isEqualTo(ActivationQuantizer.scale(x, length, unsigned));
        }
      }
    }
  }

  private static boolean mask(
      TileArithmetic tiles, float[] x, float scale, int[] words, int[] masked) {
    IntBuffer left = IntBuffer.wrap(words);
    return tiles.mask(
        FloatBuffer.wrap(x),
        scale,
        ResidueField.P24,
        (out, count) -> {
          IntBuffer ints = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
          for (int i = 0; i < count; i++) {
            ints.put(i, left.get());
          }
        },
        masked,
        x.length);
  }

  /** Among random numbers both ends of the range. */
  private static float[] values(int length, ActivationRange range) {
    SplittableRandom random = new SplittableRandom(length);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) random.nextDouble(range.signed() ? -3 : 0, 3);
    }
    x[0] = 3;
    x[length - 1] = range.signed() ? -3 : 3;
    return x;
  }
}
