/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.kernel.onnxruntime.OnnxRuntimeKernels;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.DirectConvolution;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.core.quant.Headroom;
import org.lepcnn.core.quant.WeightQuantizer;

/** unmask(kernel(mask(x))) is the plain integer layer, exactly, for random layers and extremes. */
class MaskedLayerPropertyTest {
  private static final int LAYERS = 120;

  static Stream<KernelProvider> kernels() {
    return Stream.of(new ScalarKernels(), OnnxRuntimeKernels.create());
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void randomActivationsAndMasks(KernelProvider provider) {
    for (int seed = 0; seed < LAYERS; seed++) {
      RandomLayers random = new RandomLayers(seed);
      ConvGeometry g = random.geometry();
      byte[] weights = random.weights(g);
      int[] q = random.centred(g.inputSize(), limit(g, weights));
      assertExact(provider, g, weights, q, random.residues(g.inputSize()));
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void largestActivationsWeightsAndMasks_inEveryCombinationOfSigns(KernelProvider provider) {
    for (int seed = 0; seed < LAYERS / 4; seed++) {
      RandomLayers random = new RandomLayers(1000 + seed);
      ConvGeometry g = random.geometry();
      byte[] weights = new byte[g.weightCount()];
      for (int weight : new int[] {-127, 127}) {
        Arrays.fill(weights, (byte) weight);
        int limit = limit(g, weights);
        for (int q : new int[] {-limit, limit}) {
          for (int mask : new int[] {0, Field31.P - 1}) {
            assertExact(
                provider,
                g,
                weights,
                RandomLayers.constant(g.inputSize(), q),
                RandomLayers.constant(g.inputSize(), mask));
          }
        }
      }
    }
  }

  private static void assertExact(
      KernelProvider provider, ConvGeometry g, byte[] weights, int[] q, int[] mask) {
    float[] x = new float[q.length];
    int[] masked = mask.clone();
    for (int i = 0; i < x.length; i++) {
      x[i] = q[i];
    }
    // with scale 1 the activations are their own quantized values
    LayerArithmetic.mask(
        x, 1, ActivationRange.signed(ActivationRange.MAX_BITS), ResidueField.P31, masked);
    int[] y = new int[g.outputSize()];
    int[] u = new int[g.outputSize()];
    try (LinearKernel kernel = provider.prepare(ResidueField.P31, g, weights)) {
      kernel.apply(2, new int[][] {masked, mask}, new int[][] {y, u});
    }
    long[] plain = new long[g.outputSize()];
    DirectConvolution.apply(g, weights, q, plain);
    assertThat(
            Arrays.stream(
                    LayerArithmetic.unmaskedIntegers(
                        g, y, u, Lift.centred(ResidueField.P31, g.outChannels())))
                .asLongStream()
                .toArray())
        .as(g.toString())
        .isEqualTo(plain);
  }

  private static int limit(ConvGeometry g, byte[] weights) {
    return ActivationRange.signed(
            Headroom.LARGEST.activationBits(WeightQuantizer.maxAbsSum(weights, g.outChannels())))
        .limit();
  }
}
