/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.vector.VectorUnit;

/** Rows of a tensor are what they are alone: one scale each. */
class RowScalesTest {
  private static final ActivationRange RANGE = ActivationRange.signed(16);

  private static final List<TileArithmetic> TILES =
      VectorUnit.present()
          ? List.of(new PlainTiles(), new VectorTiles())
          : List.of(new PlainTiles());

  @ParameterizedTest
  @CsvSource({"2,1", "7,13", "3,207", "16,64", "2,4098", "5,3000"})
  void rowsAreQuantizedAndMasked_asTheyAreAlone(int rows, int elements) {
    float[] x = rows(rows, elements);
    int[] words = new SplittableRandom(3).ints(x.length, 0, ResidueField.P31.modulus()).toArray();
    float[] scales = LayerArithmetic.scales(x, rows, RANGE);
    int[] expected = new int[x.length];
    for (int row = 0; row < rows; row++) {
      float[] alone = Arrays.copyOfRange(x, row * elements, (row + 1) * elements);
      float[] scale = LayerArithmetic.scales(alone, 1, RANGE);
      assertThat(scales[row]).isEqualTo(scale[0]);
      int[] masked = Arrays.copyOfRange(words, row * elements, (row + 1) * elements);
      LayerArithmetic.mask(alone, scale, RANGE, ResidueField.P31, masked);
      System.arraycopy(masked, 0, expected, row * elements, elements);
    }
    int[] whole = words.clone();
    LayerArithmetic.mask(x, scales, RANGE, ResidueField.P31, whole);
    assertThat(whole).isEqualTo(expected);
    for (TileArithmetic tiles : TILES) {
      float[] tiled = new float[rows];
      tiles.scales(FloatBuffer.wrap(x), x.length, RANGE, tiled);
      assertThat(tiled).isEqualTo(scales);
      int[] masked = new int[x.length];
      tiles.mask(FloatBuffer.wrap(x), scales, ResidueField.P31, pieces(words), masked, x.length);
      assertThat(masked).as("%s", tiles).isEqualTo(expected);
    }
  }

  @Test
  void aRowWithoutNumbers_countsAsZeros_andLeavesTheOthersAlone() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] x = rows(3, 50);
      x[70] = bad;
      float[] scales = LayerArithmetic.scales(x, 3, RANGE);
      assertThat(scales[1]).isNaN();
      int[] q = new int[x.length];
      LayerArithmetic.quantize(x, scales, RANGE, q);
      assertThat(Arrays.copyOfRange(q, 50, 100)).containsOnly(0);
      for (TileArithmetic tiles : TILES) {
        int[] masked = new int[x.length];
        tiles.mask(
            FloatBuffer.wrap(x), scales, ResidueField.P31, pieces(new int[150]), masked, 150);
        for (int i = 0; i < q.length; i++) {
          assertThat(masked[i]).isEqualTo(ResidueField.P31.canonical(q[i]));
        }
      }
      assertThatThrownBy(() -> LayerArithmetic.scales(x, 1, RANGE))
          .isInstanceOf(NonFiniteActivationException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"4,1,7,5", "4,2,7,5", "3,1,300,1", "2,1,3,2500", "6,3,40,1"})
  void resultsAreUnmasked_withTheScaleOfTheirRow(
      int rows, int imagesPerRow, int channels, int plane) {
    ConvGeometry g =
        new ConvGeometry(
            rows * imagesPerRow, 1, channels, 1, ConvAxis.pointwise(1), ConvAxis.pointwise(plane));
    SplittableRandom random = new SplittableRandom(5);
    int[] y = random.ints(g.outputSize(), 0, ResidueField.P31.modulus()).toArray();
    int[] factors = random.ints(g.outputSize(), 0, ResidueField.P31.modulus()).toArray();
    float[] rowScales = new float[rows];
    for (int row = 0; row < rows; row++) {
      rowScales[row] = Math.scalb(1f, row - 12);
    }
    float[] weightScales = new float[channels];
    float[] bias = new float[channels];
    for (int i = 0; i < channels; i++) {
      weightScales[i] = 0.001f * (i + 1);
      bias[i] = i - 1.5f;
    }
    Lift lift = Lift.centred(ResidueField.P31, channels);
    ResidueBuffer u = new ResidueBuffer(factors.length);
    u.residues().put(0, factors);
    ChannelScales scales = new ChannelScales(g, rowScales, weightScales, bias);
    float[] expected = new float[y.length];
    LayerArithmetic.unmask(g, y, factors, lift, scales, expected);
    int[] plain = LayerArithmetic.unmaskedIntegers(g, y, factors, lift);
    for (int i = 0; i < y.length; i++) {
      int channel = i / plane % channels;
      float scale = rowScales[i / (y.length / rows)] * weightScales[channel];
      assertThat(expected[i]).isEqualTo(plain[i] * scale + bias[channel]);
    }
    for (TileArithmetic tiles : TILES) {
      FloatBuffer out =
          ByteBuffer.allocateDirect(y.length * Float.BYTES)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      tiles.unmask(g, y, u, lift, scales, out);
      float[] found = new float[y.length];
      out.get(0, found);
      assertThat(found).as("%s", tiles).isEqualTo(expected);
    }
  }

  /** Each row is of another magnitude. */
  private static float[] rows(int rows, int elements) {
    SplittableRandom random = new SplittableRandom(rows);
    float[] x = new float[rows * elements];
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.scalb((float) random.nextDouble(-1, 1), i / elements * 3 % 20);
    }
    return x;
  }

  private static TileArithmetic.MaskSource pieces(int[] words) {
    int[] next = {0};
    return (out, count) -> {
      ByteBuffer bytes = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        bytes.putInt(words[next[0]++]);
      }
    };
  }
}
