/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelChecks;
import org.lepcnn.core.kernel.KernelSelfTest;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;

/** Planes of limbs, on shapes of several tiles, against the scalar kernel. */
class OnnxRuntimePlanesTest {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();
  private static final ScalarKernels ORACLE = new ScalarKernels();

  @BeforeAll
  static void onlyWhereBytesDoNotSaturate() {
    assumeTrue(
        KernelSelfTest.passes(new OnnxRuntimeKernels(ENVIRONMENT, LimbWidth.EIGHT_BITS)),
        "8-bit products saturate on this processor, so that planes are not used");
  }

  @ParameterizedTest
  @EnumSource
  void randomLayers_equalTheOracleForSeveralRequests(ResidueField field) {
    SplittableRandom shapes = new SplittableRandom(81);
    RandomLayers random = new RandomLayers(82);
    for (int i = 0; i < 120; i++) {
      ConvGeometry g = randomShape(shapes);
      byte[] weights = random.weights(g);
      if (i % 3 == 0) {
        clearTaps(g, weights, shapes);
      }
      int[][] inputs = new int[1 + i % 3][];
      Arrays.setAll(inputs, request -> random.residues(field, g.inputSize()));
      Arrays.fill(inputs[0], 0, g.inputSize() / 3, field.modulus() - 1);
      assertSameAsOracle(field, g, weights, inputs);
    }
  }

  @ParameterizedTest
  @EnumSource
  void pointwiseLayers_equalTheOracleWhateverTheirTiles(ResidueField field) {
    RandomLayers random = new RandomLayers(83);
    for (int side : new int[] {8, 13, 27, 55}) {
      for (int out : new int[] {1, 5, 64, 300}) {
        ConvGeometry g =
            new ConvGeometry(
                2, 3 * out % 71, out, 1, ConvAxis.pointwise(side), ConvAxis.pointwise(side));
        assertSameAsOracle(
            field,
            g,
            random.weights(g),
            random.residues(field, g.inputSize()),
            random.residues(field, g.inputSize()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void extremes_equalTheOracle(ResidueField field) {
    ConvGeometry pointwise = ConvGeometry.of(64, 64, ConvAxis.pointwise(9), ConvAxis.pointwise(11));
    ConvGeometry window = ConvGeometry.of(21, 70, ConvAxis.centred(9, 3), ConvAxis.centred(11, 3));
    for (ConvGeometry g : new ConvGeometry[] {pointwise, window}) {
      byte[] weights = new byte[g.weightCount()];
      for (byte weight : new byte[] {-128, -127, 127}) {
        Arrays.fill(weights, weight);
        for (int x : KernelChecks.extremes(field)) {
          assertSameAsOracle(field, g, weights, RandomLayers.constant(g.inputSize(), x));
        }
      }
    }
  }

  @Test
  void otherForms_areLeftToRows() {
    assertThat(create(ConvGeometry.fullyConnected(1, 64, 64))).isNull();
    assertThat(create(shape(1, 4, 20, 20, 8, 3, 3, 1, 1, 2))).as("groups").isNull();
    assertThat(create(shape(1, 4, 20, 20, 8, 3, 3, -1, 1, 1))).as("cropping").isNull();
    assertThat(create(shape(1, 64, 20, 20, 16, 1, 1, 0, 0, 1))).as("many inputs").isNull();
    assertThat(create(shape(1, 64, 20, 20, 512, 3, 3, 1, 1, 1))).as("deep").isNull();
  }

  private static OnnxRuntimePlanes create(ConvGeometry g) {
    byte[] weights = new byte[g.weightCount()];
    Arrays.fill(weights, (byte) 1);
    return OnnxRuntimePlanes.createIfSuitable(ENVIRONMENT, ResidueField.P31, g, weights, false);
  }

  /** Stride 1, any dilation, padding and output size: inputs may be dropped or zeros read. */
  private static ConvGeometry randomShape(SplittableRandom random) {
    int kernelHeight = 1 + random.nextInt(3);
    int kernelWidth = 1 + random.nextInt(4);
    return new ConvGeometry(
        1 + random.nextInt(2),
        1 + random.nextInt(9),
        1 + random.nextInt(40),
        1,
        new ConvAxis(
            1 + random.nextInt(30),
            8 + random.nextInt(20),
            kernelHeight,
            1,
            1 + random.nextInt(2),
            1,
            random.nextInt(4)),
        new ConvAxis(
            1 + random.nextInt(50),
            8 + random.nextInt(50),
            kernelWidth,
            1,
            1 + random.nextInt(2),
            1,
            random.nextInt(4)));
  }

  private static ConvGeometry shape(
      int batch,
      int in,
      int height,
      int width,
      int out,
      int kernelHeight,
      int kernelWidth,
      int padTop,
      int padLeft,
      int groups) {
    return new ConvGeometry(
        batch,
        in,
        out,
        groups,
        ConvAxis.of(height, height, kernelHeight).withPadBefore(padTop),
        ConvAxis.of(width, width, kernelWidth).withPadBefore(padLeft));
  }

  /** Zeros for some taps of all filters, as folding makes them; never for all of them. */
  private static void clearTaps(ConvGeometry g, byte[] weights, SplittableRandom random) {
    boolean[] cleared = new boolean[g.fanIn()];
    for (int tap = 1; tap < cleared.length; tap++) {
      cleared[tap] = random.nextBoolean();
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] = cleared[i % g.fanIn()] ? 0 : weights[i];
    }
    weights[0] = 3;
  }

  private static void assertSameAsOracle(
      ResidueField field, ConvGeometry g, byte[] weights, int[]... inputs) {
    int[][] expected = new int[inputs.length][g.outputSize()];
    int[][] actual = new int[inputs.length][g.outputSize()];
    try (LinearKernel oracle = ORACLE.prepare(field, g, weights);
        LinearKernel kernel =
            OnnxRuntimePlanes.createIfSuitable(ENVIRONMENT, field, g, weights, true)) {
      assertThat(kernel).as("%s", g).isNotNull();
      oracle.apply(inputs.length, inputs, expected);
      kernel.apply(inputs.length, inputs, actual);
      // again, over what the first call left in the buffers
      kernel.apply(inputs.length, inputs, actual);
    }
    assertThat(actual).as("%s", g).isDeepEqualTo(expected);
  }
}
