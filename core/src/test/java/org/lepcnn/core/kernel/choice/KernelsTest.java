/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.choice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.FunctionKernel;
import org.lepcnn.core.kernel.KernelChecks;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.KernelSelfTest;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.quant.Headroom;
import org.lepcnn.core.residue.ResidueSink;
import org.lepcnn.core.residue.SplitBytes;

@Tag("slow")
class KernelsTest {
  private static final ScalarKernels ORACLE = new ScalarKernels();

  static List<Arguments> fastProviders() {
    return KernelsHere.inEveryField(KernelsHere.fast());
  }

  @ParameterizedTest
  @MethodSource("fastProviders")
  void randomLayers_equalTheOracleForSeveralRequests(KernelProvider provider, ResidueField field) {
    RandomLayers random = new RandomLayers(42);
    for (int i = 0; i < 250; i++) {
      ConvGeometry geometry = random.geometry();
      byte[] weights = random.weights(geometry);
      int count = 1 + i % 3;
      int[][] inputs = new int[count][];
      for (int request = 0; request < count; request++) {
        inputs[request] = random.residues(field, geometry.inputSize());
      }
      assertSameAsOracle(provider, field, geometry, weights, inputs);
    }
  }

  @ParameterizedTest
  @MethodSource("fastProviders")
  void extremes_equalTheOracle(KernelProvider provider, ResidueField field) {
    RandomLayers random = new RandomLayers(43);
    for (int i = 0; i < 60; i++) {
      assertExtremesEqualTheOracle(provider, field, random.geometry());
    }
  }

  /** Accumulators too large for the loop that small layers take. */
  @ParameterizedTest
  @MethodSource("fastProviders")
  void extremesOfAWideLayer_equalTheOracle(KernelProvider provider, ResidueField field) {
    assertExtremesEqualTheOracle(provider, field, ConvGeometry.fullyConnected(1, 4098, 5));
  }

  private static void assertExtremesEqualTheOracle(
      KernelProvider provider, ResidueField field, ConvGeometry geometry) {
    byte[] weights = new byte[geometry.weightCount()];
    for (byte weight : new byte[] {-128, -127, 127}) {
      Arrays.fill(weights, weight);
      for (int residue : KernelChecks.extremes(field)) {
        assertSameAsOracle(
            provider,
            field,
            geometry,
            weights,
            RandomLayers.constant(geometry.inputSize(), residue));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fastProviders")
  void largeLayers_equalTheOracleAcrossTiles(KernelProvider provider, ResidueField field) {
    RandomLayers random = new RandomLayers(44);
    for (ConvGeometry geometry :
        List.of(
            ConvGeometry.of(48, 24, ConvAxis.centred(40, 3), ConvAxis.centred(41, 3)),
            ConvGeometry.fullyConnected(1, 4098, 207),
            ConvGeometry.fullyConnected(13, 207, 1),
            ConvGeometry.of(1, 1, ConvAxis.pointwise(1), ConvAxis.pointwise(1)))) {
      assertSameAsOracle(
          provider,
          field,
          geometry,
          random.weights(geometry),
          random.residues(field, geometry.inputSize()),
          random.residues(field, geometry.inputSize()));
    }
  }

  @ParameterizedTest
  @MethodSource("fastProviders")
  void layersOfRealNetworks_equalTheOracle(KernelProvider provider, ResidueField field) {
    RandomLayers random = new RandomLayers(47);
    for (ConvGeometry geometry :
        List.of(
            conv(3, 67, 64, 11, 4, 2, 1), // AlexNet conv1, smaller images
            conv(64, 27, 24, 5, 1, 2, 1),
            conv(192, 13, 40, 3, 1, 1, 1),
            conv(384, 13, 16, 3, 1, 1, 1),
            conv(256, 13, 16, 3, 1, 1, 1),
            ConvGeometry.fullyConnected(1, 9216, 100),
            conv(3, 60, 64, 3, 1, 1, 1), // VGG conv1_1
            conv(64, 40, 64, 3, 1, 1, 1),
            conv(3, 56, 64, 7, 2, 3, 1), // ResNet conv1
            conv(64, 28, 256, 1, 1, 0, 1),
            conv(64, 28, 64, 3, 2, 1, 1),
            conv(256, 14, 96, 1, 2, 0, 1),
            conv(512, 7, 64, 1, 1, 0, 1),
            conv(16, 55, 64, 1, 1, 0, 1), // SqueezeNet
            conv(96, 28, 96, 3, 1, 1, 96), // MobileNet
            conv(32, 30, 32, 3, 2, 1, 32),
            conv(64, 20, 64, 3, 1, 1, 32), // ResNeXt
            conv(48, 27, 128, 5, 1, 2, 2), // AlexNet with two groups
            conv(8, 150, 128, 3, 1, 1, 1))) { // bands of rows
      byte[] weights = random.weights(geometry);
      assertSameAsOracle(
          provider, field, geometry, weights, random.residues(field, geometry.inputSize()));
      int[][] three = new int[3][];
      Arrays.setAll(three, i -> random.residues(field, geometry.inputSize()));
      if (geometry.macs() < 10_000_000) {
        assertSameAsOracle(provider, field, geometry, weights, three);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fastProviders")
  void privateResult_equalsThePlainIntegerResultAtTheProvedBound(
      KernelProvider provider, ResidueField field) {
    RandomLayers random = new RandomLayers(45);
    Headroom headroom = new Headroom(field, true);
    for (int i = 0; i < 60; i++) {
      ConvGeometry geometry = random.geometry();
      int size = geometry.inputSize();
      LayerWeights weights = LayerWeights.of(random.weights(geometry));
      int bits = headroom.activationBits(weights.maxAbsSum(geometry.outChannels()));
      int limit = (1 << (bits - 1)) - 1;
      int[] signs = new int[size];
      for (int k = 0; k < size; k++) {
        signs[k] = weights.at(k % weights.count()) < 0 ? -limit : limit;
      }
      for (int[] quantized :
          List.of(
              random.centred(size, limit),
              RandomLayers.constant(size, limit),
              RandomLayers.constant(size, -limit),
              signs)) {
        KernelChecks.assertUnmaskedEqualsPlain(
            provider, field, geometry, weights, quantized, random);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fastProviders")
  void kernel_isThreadSafe(KernelProvider provider, ResidueField field) throws Exception {
    RandomLayers random = new RandomLayers(46);
    // the first is split into planes of limbs, the second into rows
    assertThreadSafe(
        provider,
        field,
        ConvGeometry.of(8, 24, ConvAxis.centred(12, 3), ConvAxis.centred(12, 3)),
        random);
    assertThreadSafe(
        provider,
        field,
        ConvGeometry.of(8, 8, ConvAxis.centred(12, 3), ConvAxis.centred(12, 3)),
        random);
  }

  private static void assertThreadSafe(
      KernelProvider provider, ResidueField field, ConvGeometry geometry, RandomLayers random)
      throws Exception {
    byte[] weights = random.weights(geometry);
    int[] input = random.residues(field, geometry.inputSize());
    int[] expected = new int[geometry.outputSize()];
    ORACLE.prepare(field, geometry, weights).apply(input, expected);
    try (LinearKernel kernel = provider.prepare(field, geometry, weights)) {
      KernelChecks.assertThreadSafe(kernel, input, expected);
    }
  }

  @Test
  void selfTest_refusesASaturatingKernel() {
    assertThat(KernelSelfTest.passes(ORACLE)).isTrue();
    assertThatThrownBy(() -> KernelSelfTest.require(new SaturatingKernels()))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("saturating");
  }

  @Test
  void unknownName_isRefused() {
    assertThatThrownBy(() -> Kernels.choose("cuda"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("cuda");
  }

  @Test
  void everyName_choosesTheProviderThatBearsIt() {
    assertThat(Kernels.NAMES).contains(Kernels.choose(null).name());
    for (String name : Kernels.NAMES) {
      KernelsHere.find(name).ifPresent(it -> assertThat(it.name()).isEqualTo(name));
    }
    assertThat(KernelsHere.find("scalar")).isPresent();
    assertThat(KernelsHere.find("onnxruntime")).isPresent();
  }

  private static ConvGeometry conv(
      int in, int size, int out, int kernel, int stride, int pad, int groups) {
    ConvAxis side = ConvAxis.padded(size, kernel, stride, pad);
    return new ConvGeometry(1, in, out, groups, side, side);
  }

  private static void assertSameAsOracle(
      KernelProvider provider,
      ResidueField field,
      ConvGeometry geometry,
      byte[] weights,
      int[]... inputs) {
    int[][] expected = new int[inputs.length][geometry.outputSize()];
    int[][] actual = new int[inputs.length][geometry.outputSize()];
    try (LinearKernel oracle = ORACLE.prepare(field, geometry, weights);
        LinearKernel kernel = provider.prepare(field, geometry, weights)) {
      oracle.apply(inputs.length, inputs, expected);
      kernel.apply(inputs.length, inputs, actual);
      assertThat(actual).as("%s", geometry).isDeepEqualTo(expected);
      assertThat(intoBytes(kernel, inputs)).as("%s, bytes", geometry).isDeepEqualTo(expected);
    }
  }

  /** What a kernel puts into bytes in parts that start anywhere. */
  private static int[][] intoBytes(LinearKernel kernel, int[][] inputs) {
    int size = kernel.geometry().outputSize();
    SplitBytes[] bytes = new SplitBytes[inputs.length];
    for (int request = 0; request < inputs.length; request++) {
      bytes[request] = new SplitBytes(size, 1 + size / (1 + 2 * request));
    }
    ResidueSink[] sinks = Arrays.stream(bytes).map(SplitBytes::room).toArray(ResidueSink[]::new);
    kernel.apply(inputs.length, inputs, sinks);
    return Arrays.stream(bytes).map(SplitBytes::read).toArray(int[][]::new);
  }

  /** Adds pairs of u8·s8 products with 16-bit saturation, as processors without VNNI do. */
  private static final class SaturatingKernels implements KernelProvider {
    @Override
    public String name() {
      return "saturating";
    }

    @Override
    public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
      LinearKernel exact = ORACLE.prepare(field, geometry, weights);
      int pair = 2 * 255 * weights[0];
      int error = pair - Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, pair));
      return new FunctionKernel(
          geometry,
          (count, inputs, outputs) -> {
            exact.apply(count, inputs, outputs);
            for (int request = 0; request < count; request++) {
              if ((inputs[request][0] & 0xff) == 0xff) {
                outputs[request][0] = field.subtract(outputs[request][0], field.canonical(error));
              }
            }
          },
          exact::close);
    }
  }
}
