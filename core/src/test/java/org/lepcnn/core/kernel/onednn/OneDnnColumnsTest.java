/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelChecks;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.linear.RandomLayers;

/** Convolutions of few channels as planar products, compared with the oracle. */
class OneDnnColumnsTest {
  private static OneDnnKernels provider;

  @BeforeAll
  static void oneDnnServes() {
    try {
      provider = OneDnnKernels.create();
    } catch (EnvironmentException e) {
      assumeTrue(false, e.getMessage());
    }
  }

  static List<Arguments> layers() {
    List<Arguments> all = new ArrayList<>();
    for (ResidueField field : ResidueField.values()) {
      geometries().forEach(g -> all.add(Arguments.of(field, g)));
    }
    return all;
  }

  private static List<ConvGeometry> geometries() {
    return List.of(
        // SqueezeNet, ResNet, AlexNet and VGG, first layers of smaller images
        conv(1, 3, 35, 37, 64, 3, 2, 0, 1),
        conv(1, 3, 33, 41, 24, 7, 2, 3, 1),
        conv(1, 3, 67, 59, 33, 11, 4, 2, 1), // folded and yet too deep
        conv(1, 1, 61, 59, 18, 5, 4, 2, 1),
        conv(1, 3, 40, 31, 64, 3, 1, 1, 1),
        // one channel, one output, one column of outputs
        conv(1, 1, 5, 3, 1, 3, 1, 0, 1),
        // wide padding, dilation, a batch
        conv(2, 5, 19, 23, 17, 3, 1, 2, 1),
        conv(1, 7, 21, 18, 40, 3, 1, 4, 3),
        conv(2, 3, 23, 29, 50, 5, 2, 1, 1),
        // several runs of positions and of channels
        conv(2, 4, 45, 47, 100, 3, 1, 1, 1),
        // padding at the end alone, outputs that look at nothing but padding
        ConvGeometry.of(3, 20, ConvAxis.of(9, 14, 3), ConvAxis.of(11, 13, 2)),
        // inputs that no output looks at
        ConvGeometry.of(
            6, 20, ConvAxis.of(30, 7, 2).withDilation(2).withPadBefore(1), ConvAxis.of(40, 9, 3)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void randomOperands_equalTheOracle(ResidueField field, ConvGeometry g) {
    RandomLayers random = new RandomLayers(51);
    byte[] weights = random.weights(g);
    assertSameAsOracle(
        field,
        g,
        weights,
        random.residues(field, g.inputSize()),
        random.residues(field, g.inputSize()));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void extremes_equalTheOracle(ResidueField field, ConvGeometry g) {
    byte[] weights = new byte[g.weightCount()];
    for (byte weight : new byte[] {-128, -127, 127}) {
      Arrays.fill(weights, weight);
      for (int residue : KernelChecks.extremes(field)) {
        assertSameAsOracle(field, g, weights, RandomLayers.constant(g.inputSize(), residue));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void weightsOfTwoParts_equalTheOracle(ResidueField field, ConvGeometry g) {
    RandomLayers random = new RandomLayers(52);
    LayerWeights weights = random.partedWeights(g);
    int[] input = random.residues(field, g.inputSize());
    int[] expected = new int[g.outputSize()];
    int[] found = new int[g.outputSize()];
    try (LinearKernel oracle = new ScalarKernels().prepare(field, g, weights);
        LinearKernel kernel = provider.prepare(field, g, weights)) {
      oracle.apply(input, expected);
      kernel.apply(input, found);
    }
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void randomLayers_equalTheOracleInThisForm(ResidueField field) {
    RandomLayers layers = new RandomLayers(53);
    RandomLayers random = new RandomLayers(55); // apart: every processor gets the same layers
    int compared = 0;
    for (int i = 0; i < 1_000; i++) {
      ConvGeometry g = layers.convolution();
      byte[] weights = random.weights(g);
      LinearKernel kernel =
          OneDnnColumns.takes(g) ? OneDnnColumns.createIfSupported(field, g, weights) : null;
      if (kernel != null) {
        try (kernel) {
          assertSameAsOracle(field, kernel, weights, random.residues(field, g.inputSize()));
        }
        compared++;
      }
    }
    assumeTrue(compared > 0, "oneDNN wants another layout on this processor");
    assertThat(compared).isGreaterThan(10);
  }

  @ParameterizedTest
  @EnumSource
  void otherLayers_areNotTaken(ResidueField field) {
    ConvGeometry grouped =
        new ConvGeometry(1, 8, 8, 2, ConvAxis.centred(9, 3), ConvAxis.centred(9, 3));
    ConvGeometry cropped =
        ConvGeometry.of(8, 8, ConvAxis.of(9, 5, 3).withPadBefore(-1), ConvAxis.of(9, 5, 3));
    ConvGeometry spread =
        ConvGeometry.of(
            8,
            8,
            ConvAxis.of(9, 9, 3).withInputDilation(2).withPadBefore(1),
            ConvAxis.centred(9, 3));
    ConvGeometry deep = conv(1, 256, 9, 9, 8, 3, 1, 1, 1);
    for (ConvGeometry g : List.of(grouped, cropped, spread, deep)) {
      assertThat(OneDnnColumns.takes(g)).as("%s", g).isFalse();
      RandomLayers random = new RandomLayers(54);
      assertSameAsOracle(field, g, random.weights(g), random.residues(field, g.inputSize()));
    }
    assertThat(OneDnnColumns.takes(conv(1, 16, 55, 55, 64, 3, 1, 1, 1))).isTrue();
  }

  private static ConvGeometry conv(
      int batch, int in, int height, int width, int out, int kernel, int stride, int pad, int dil) {
    return new ConvGeometry(
        batch,
        in,
        out,
        1,
        axis(height, kernel, stride, pad, dil),
        axis(width, kernel, stride, pad, dil));
  }

  private static ConvAxis axis(int in, int kernel, int stride, int pad, int dilation) {
    int extent = (kernel - 1) * dilation + 1;
    return ConvAxis.of(in, (in + 2 * pad - extent) / stride + 1, kernel)
        .withStride(stride)
        .withDilation(dilation)
        .withPadBefore(pad);
  }

  private static void assertSameAsOracle(
      ResidueField field, ConvGeometry g, byte[] weights, int[]... inputs) {
    try (LinearKernel kernel = provider.prepare(field, g, weights)) {
      assertSameAsOracle(field, kernel, weights, inputs);
    }
  }

  /** Twice: buffers are used again. */
  private static void assertSameAsOracle(
      ResidueField field, LinearKernel kernel, byte[] weights, int[]... inputs) {
    ConvGeometry g = kernel.geometry();
    int[][] expected = new int[inputs.length][g.outputSize()];
    try (LinearKernel oracle = new ScalarKernels().prepare(field, g, weights)) {
      oracle.apply(inputs.length, inputs, expected);
    }
    for (int time = 0; time < 2; time++) {
      int[][] found = new int[inputs.length][g.outputSize()];
      kernel.apply(inputs.length, inputs, found);
      assertThat(found).as("%s", g).isDeepEqualTo(expected);
    }
  }
}
