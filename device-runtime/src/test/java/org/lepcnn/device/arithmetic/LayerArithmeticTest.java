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
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.vector.VectorUnit;

class LayerArithmeticTest {
  /** Both, where this JVM and processor have vectors. */
  private static final List<TileArithmetic> TILES =
      VectorUnit.present()
          ? List.of(new PlainTiles(), new VectorTiles())
          : List.of(new PlainTiles());

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 207, 4098})
  void mask_isTheModularSumOfQuantizedValueAndMask_atEveryExtreme(int length) {
    for (int bits : new int[] {8, 16, 22}) {
      float[] x = values(length, bits);
      float scale = ActivationQuantizer.scale(x, length, ActivationRange.signed(bits));
      int[] q = new int[length];
      LayerArithmetic.quantize(x, scale, ActivationRange.signed(bits), q);
      for (int extreme : new int[] {0, 1, Field31.HALF, Field31.P - 1}) {
        int[] masked = RandomLayers.constant(length, extreme);
        LayerArithmetic.mask(x, scale, ActivationRange.signed(bits), ResidueField.P31, masked);
        for (TileArithmetic tiles : TILES) {
          int[] tiled = new int[length];
          tiles.mask(
              FloatBuffer.wrap(x), scale, ResidueField.P31, constant(extreme), tiled, length);
          assertThat(tiled).as("%s", tiles).isEqualTo(masked);
        }
        for (int i = 0; i < length; i++) {
          assertThat(masked[i]).isEqualTo(Math.floorMod((long) q[i] + extreme, Field31.P));
        }
      }
    }
  }

  /** Ends of every length behind whole vectors, alone and behind whole pieces of a mask. */
  @Test
  void maskInTiles_givesEveryElementItsOwnWord_atEveryLength() {
    List<Integer> lengths = new ArrayList<>();
    for (int length = 1; length <= 70; length++) {
      lengths.addAll(List.of(length, TileArithmetic.WORDS - 35 + length));
    }
    for (int length : lengths) {
      float[] x = values(length, length);
      float scale = ActivationQuantizer.scale(x, length, ActivationRange.signed(16));
      int[] words = new SplittableRandom(length).ints(length, 0, Field31.P).toArray();
      int[] expected = words.clone();
      LayerArithmetic.mask(x, scale, ActivationRange.signed(16), ResidueField.P31, expected);
      for (TileArithmetic tiles : TILES) {
        // what an earlier tensor left in the tiles must not matter either
        tiles.mask(
            FloatBuffer.wrap(values(4096, 1)),
            scale,
            ResidueField.P31,
            constant(12_345),
            new int[4096],
            4096);
        int[] masked = new int[length];
        tiles.mask(FloatBuffer.wrap(x), scale, ResidueField.P31, pieces(words), masked, length);
        assertThat(masked).as("%s, length %d", tiles, length).isEqualTo(expected);
      }
    }
  }

  /** The largest magnitude may not round beyond the limit: nothing clamps it in tiles. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 8, 15, 16, 21, 22})
  void maskInTiles_staysWithinTheLimit_whateverTheLargestMagnitude(int bits) {
    SplittableRandom random = new SplittableRandom(bits);
    for (int i = 0; i < 20_000; i++) {
      float largest = Float.intBitsToFloat(random.nextInt(0x7f80_0000));
      largest = i == 0 ? Float.MAX_VALUE : i == 1 ? Float.MIN_VALUE : largest;
      // as many as fill vectors, and some more
      float[] x = new float[35];
      for (int at : new int[] {0, x.length - 4}) {
        x[at] = largest;
        x[at + 1] = -largest;
        x[at + 2] = Math.nextDown(largest);
        x[at + 3] = largest / 2;
      }
      for (int j = 4; j < x.length - 4; j++) {
        x[j] = largest / j;
      }
      float scale = ActivationQuantizer.scale(x, x.length, ActivationRange.signed(bits));
      int[] expected = new int[x.length];
      LayerArithmetic.mask(x, scale, ActivationRange.signed(bits), ResidueField.P31, expected);
      for (TileArithmetic tiles : TILES) {
        int[] masked = new int[x.length];
        assertThat(tiles.scale(FloatBuffer.wrap(x), x.length, ActivationRange.signed(bits)))
            .isEqualTo(scale);
        tiles.mask(FloatBuffer.wrap(x), scale, ResidueField.P31, constant(0), masked, x.length);
        assertThat(masked).as("%s", tiles).isEqualTo(expected);
      }
    }
  }

  /** Top bits say nothing; the word p is the mask 0 until its redraw is added, and is reported. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1023, 1024, 2048, 4095, 4096, 4097})
  void maskInTiles_reportsTheWordP_andTakesItForZero(int position) {
    int length = 4098;
    float[] x = values(length, 4);
    float scale = ActivationQuantizer.scale(x, length, ActivationRange.signed(16));
    int[] words = new SplittableRandom(position).ints(length).toArray();
    int[] expected = Arrays.stream(words).map(word -> word & Field31.P).toArray();
    expected[position] = 0;
    LayerArithmetic.mask(x, scale, ActivationRange.signed(16), ResidueField.P31, expected);
    for (TileArithmetic tiles : TILES) {
      int[] masked = new int[length];
      words[position] = Field31.P - 1;
      assertThat(
              tiles.mask(
                  FloatBuffer.wrap(x), scale, ResidueField.P31, pieces(words), masked, length))
          .isFalse();
      for (int rejected : new int[] {Field31.P, -1}) {
        words[position] = rejected;
        assertThat(
                tiles.mask(
                    FloatBuffer.wrap(x), scale, ResidueField.P31, pieces(words), masked, length))
            .isTrue();
        assertThat(masked).as("%s", tiles).isEqualTo(expected);
      }
    }
  }

  private static TileArithmetic.MaskSource pieces(int[] words) {
    IntBuffer left = IntBuffer.wrap(words);
    return (out, count) -> {
      for (int i = 0; i < count; i++) {
        asInts(out).put(i, left.get());
      }
    };
  }

  private static TileArithmetic.MaskSource constant(int word) {
    return (out, count) -> {
      for (int i = 0; i < count; i++) {
        asInts(out).put(i, word);
      }
    };
  }

  private static IntBuffer asInts(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  }

  private static ResidueBuffer buffer(int[] residues) {
    ResidueBuffer buffer = new ResidueBuffer(residues.length);
    buffer.residues().put(0, residues);
    return buffer;
  }

  /** An application that changes its input under way gets a wrong answer, but leaks nothing. */
  @Test
  void maskInTiles_isCanonical_forValuesBeyondTheScale() {
    float[] bad = {1e9f, -1e9f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e38f};
    float[] x = new float[40];
    for (int i = 0; i < x.length; i++) {
      x[i] = bad[i % bad.length];
    }
    for (int extreme : new int[] {0, 1, Field31.HALF, Field31.P - 1}) {
      for (TileArithmetic tiles : TILES) {
        int[] masked = new int[x.length];
        tiles.mask(
            FloatBuffer.wrap(x), 1e-3f, ResidueField.P31, constant(extreme), masked, x.length);
        assertThat(Field31.allCanonical(masked, 0, x.length)).as("%s", tiles).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void unmask_equalsDequantizationOfThePlainIntegers(int seed) {
    RandomLayers random = new RandomLayers(seed);
    ConvGeometry g = random.geometry();
    int size = g.outputSize();
    int[] plain = random.centred(size, Field31.HALF);
    plain[0] = Field31.HALF;
    plain[size - 1] = -Field31.HALF;
    int[] u = random.residues(size);
    int[] y = new int[size];
    for (int i = 0; i < size; i++) {
      y[i] = Field31.add(Field31.canonical(plain[i]), u[i]);
    }
    float[] scales = new float[g.outChannels()];
    float[] bias = new float[g.outChannels()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = 0.3f + i;
      bias[i] = 7 - i;
    }
    float[] expected = new float[size];
    float[] found = new float[size];
    ChannelScales channels = new ChannelScales(0.01f, scales, bias);
    LayerArithmetic.dequantize(g, plain, channels, expected);
    LayerArithmetic.unmask(
        g, y, u, Lift.centred(ResidueField.P31, g.outChannels()), channels, found);
    assertThat(found).containsExactly(expected);
    assertThat(
            LayerArithmetic.unmaskedIntegers(
                g, y, u, Lift.centred(ResidueField.P31, g.outChannels())))
        .isEqualTo(plain);
    for (TileArithmetic tiles : TILES) {
      FloatBuffer tiled = FloatBuffer.allocate(size);
      tiles.unmask(
          g, y, buffer(u), Lift.centred(ResidueField.P31, g.outChannels()), channels, tiled);
      assertThat(tiled.array()).as("%s", tiles).containsExactly(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 207, 1023, 1024, 1025, 4098})
  void scaleInTiles_isTheQuantizersScale(int length) {
    for (TileArithmetic tiles : TILES) {
      float[] x = values(length, 3);
      for (float largest : new float[] {5, -7, Float.MIN_VALUE, Float.MAX_VALUE, -0f}) {
        x[length / 2] = largest;
        assertThat(tiles.scale(FloatBuffer.wrap(x), length, ActivationRange.signed(16)))
            .as("%s", tiles)
            .isEqualTo(ActivationQuantizer.scale(x, length, ActivationRange.signed(16)));
      }
      float[] zeros = new float[length];
      assertThat(tiles.scale(FloatBuffer.wrap(zeros), length, ActivationRange.signed(16)))
          .isEqualTo(1);
      for (int at : new int[] {0, length - 1}) {
        for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
          float[] damaged = x.clone();
          damaged[at] = bad;
          assertThatThrownBy(
                  () -> tiles.scale(FloatBuffer.wrap(damaged), length, ActivationRange.signed(16)))
              .isInstanceOf(NonFiniteActivationException.class);
        }
      }
    }
  }

  /** Integers at every power of two, at ties of the rounding to 24 bits, and at random. */
  @Test
  void unmaskingInTiles_roundsEveryIntegerLikeTheConversion() {
    int[] plain = new int[200_000];
    SplittableRandom random = new SplittableRandom(5);
    int n = 0;
    for (int bit = 0; bit < 30; bit++) {
      for (int step = -4; step <= 4; step++) {
        for (int tie : new int[] {0, 1 << Math.max(0, bit - 24), 3 << Math.max(0, bit - 24)}) {
          int value = Math.min(Field31.HALF, (1 << bit) + tie + step);
          plain[n++] = value;
          plain[n++] = -value;
        }
      }
    }
    while (n < plain.length) {
      plain[n++] = random.nextInt(-Field31.HALF, Field31.HALF + 1) >> random.nextInt(30);
    }
    ConvGeometry g = ConvGeometry.fullyConnected(1, 1, plain.length);
    int[] u = new RandomLayers(3).residues(plain.length);
    int[] y = new int[plain.length];
    float[] ones = new float[plain.length];
    for (int i = 0; i < plain.length; i++) {
      y[i] = Field31.add(Field31.canonical(plain[i]), u[i]);
      ones[i] = 1;
    }
    ResidueBuffer buffer = buffer(u);
    ChannelScales channels = new ChannelScales(1, ones, new float[plain.length]);
    for (TileArithmetic tiles : TILES) {
      FloatBuffer out = FloatBuffer.allocate(plain.length);
      tiles.unmask(g, y, buffer, Lift.centred(ResidueField.P31, g.outChannels()), channels, out);
      for (int i = 0; i < plain.length; i++) {
        assertThat(out.get(i)).isEqualTo((float) plain[i]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 15, 16, 17, 49, 1024, 1500, 2047, 2048, 2049, 2064, 5000})
  void planesOfEverySize_getTheirChannelsScale(int side) {
    ConvGeometry g = new ConvGeometry(2, 1, 5, 1, ConvAxis.pointwise(1), ConvAxis.pointwise(side));
    float[] scales = {1.5f, 0.25f, 3, 7.125f, 0.001f};
    float[] bias = {0, -1, 2, 1e9f, 0.5f};
    assertUnmasked(g, new ChannelScales(0.37f, scales, bias), side);
  }

  /** Channels that are no part of a tile: every tile begins with another one. */
  @ParameterizedTest
  @ValueSource(ints = {5, 37, 100, 1500})
  void vectorsLongerThanATile_getTheirChannelsScale(int outputs) {
    ConvGeometry g = ConvGeometry.fullyConnected(6000 / outputs, 1, outputs);
    float[] scales = new float[outputs];
    float[] bias = new float[outputs];
    for (int i = 0; i < outputs; i++) {
      scales[i] = 0.3f + i;
      bias[i] = 7 - i;
    }
    assertUnmasked(g, new ChannelScales(0.37f, scales, bias), outputs);
  }

  /** Tiles unmask random residues as the definition does. */
  private static void assertUnmasked(ConvGeometry g, ChannelScales channels, int seed) {
    int size = g.outputSize();
    int[] y = new RandomLayers(seed).residues(size);
    int[] u = new RandomLayers(seed + 1).residues(size);
    float[] expected = new float[size];
    LayerArithmetic.unmask(
        g, y, u, Lift.centred(ResidueField.P31, g.outChannels()), channels, expected);
    for (TileArithmetic tiles : TILES) {
      FloatBuffer out = FloatBuffer.allocate(size);
      tiles.unmask(g, y, buffer(u), Lift.centred(ResidueField.P31, g.outChannels()), channels, out);
      assertThat(out.array()).as("%s", tiles).containsExactly(expected);
    }
  }

  @Test
  void anEarlierTensorsRejectedWord_isNotReportedAgain() {
    for (TileArithmetic tiles : TILES) {
      for (int length = 1; length < 64; length++) {
        FloatBuffer x = FloatBuffer.wrap(values(64, length));
        assertThat(tiles.mask(x, 1, ResidueField.P31, constant(Field31.P), new int[64], 64))
            .isTrue();
        assertThat(tiles.mask(x, 1, ResidueField.P31, constant(7), new int[length], length))
            .as("%s, length %d", tiles, length)
            .isFalse();
      }
    }
  }

  @Test
  void channelScales_tellHowManyTheyAre_andNoValue() {
    assertThat(new ChannelScales(0.37f, new float[] {1.5f, 2.5f}, new float[] {7, 8}))
        .hasToString("ChannelScales[channels=2]");
  }

  private static float[] values(int length, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) random.nextDouble(-3, 3);
    }
    x[0] = -3;
    x[length - 1] = 3;
    return x;
  }
}
