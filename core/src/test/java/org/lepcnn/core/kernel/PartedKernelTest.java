/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.kernel.choice.KernelsHere;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.DirectConvolution;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.quant.Headroom;

class PartedKernelTest {
  static List<Arguments> providers() {
    List<KernelProvider> providers = KernelsHere.fast();
    providers.add(new ScalarKernels());
    return KernelsHere.inEveryField(providers);
  }

  @ParameterizedTest
  @MethodSource("providers")
  void randomLayers_equalTheDefiningSumOfTheCombinedWeights(
      KernelProvider provider, ResidueField field) {
    RandomLayers random = new RandomLayers(71);
    for (int i = 0; i < 120; i++) {
      ConvGeometry geometry = random.geometry();
      int[][] inputs = new int[1 + i % 3][];
      for (int request = 0; request < inputs.length; request++) {
        inputs[request] = random.residues(field, geometry.inputSize());
      }
      assertSameAsDefinition(provider, field, geometry, random.partedWeights(geometry), inputs);
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void extremes_equalTheDefiningSum(KernelProvider provider, ResidueField field) {
    RandomLayers random = new RandomLayers(72);
    for (int i = 0; i < 20; i++) {
      ConvGeometry geometry = random.geometry();
      for (short weight : new short[] {-2047, 2047, 128, -128, 16, -16}) {
        short[] weights = new short[geometry.weightCount()];
        Arrays.fill(weights, weight);
        weights[0] = 2047;
        for (int residue : KernelChecks.extremes(field)) {
          assertSameAsDefinition(
              provider,
              field,
              geometry,
              LayerWeights.split(weights),
              RandomLayers.constant(geometry.inputSize(), residue));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void unmaskedResult_equalsThePlainIntegersAtTheProvedBound(
      KernelProvider provider, ResidueField field) {
    RandomLayers random = new RandomLayers(73);
    for (int i = 0; i < 30; i++) {
      ConvGeometry g = random.geometry();
      LayerWeights weights = random.partedWeights(g);
      int bits = new Headroom(field, true).activationBits(weights.maxAbsSum(g.outChannels()));
      int limit = (1 << (bits - 1)) - 1;
      int[] q = new int[g.inputSize()];
      for (int k = 0; k < q.length; k++) {
        q[k] = weights.at(k % weights.count()) < 0 ? -limit : limit;
      }
      KernelChecks.assertUnmaskedEqualsPlain(provider, field, g, weights, q, random);
    }
  }

  @Test
  void onePart_needsOneKernel() {
    ConvGeometry g = ConvGeometry.fullyConnected(1, 3, 2);
    CountingKernels counting = new CountingKernels(9);
    counting.prepare(ResidueField.P31, g, LayerWeights.of(new byte[6])).close();
    assertThat(counting.prepared).isEqualTo(1);
    assertThat(counting.closed).isEqualTo(1);
  }

  @Test
  void close_releasesBothParts_andAFailureReleasesTheFirst() {
    ConvGeometry g = ConvGeometry.fullyConnected(1, 3, 2);
    LayerWeights weights = new RandomLayers(1).partedWeights(g);
    CountingKernels counting = new CountingKernels(9);
    counting.prepare(ResidueField.P31, g, weights).close();
    assertThat(counting.prepared).isEqualTo(2);
    assertThat(counting.closed).isEqualTo(2);
    CountingKernels failing = new CountingKernels(1);
    assertThatThrownBy(() -> failing.prepare(ResidueField.P31, g, weights)).hasMessage("no memory");
    assertThat(failing.closed).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void concurrentCalls_doNotShareScratch(ResidueField field) throws InterruptedException {
    ConvGeometry g = ConvGeometry.of(4, 6, ConvAxis.centred(9, 3), ConvAxis.centred(9, 3));
    RandomLayers random = new RandomLayers(74);
    LayerWeights weights = random.partedWeights(g);
    int[] input = random.residues(field, g.inputSize());
    int[] expected = definition(field, g, weights, input);
    try (LinearKernel kernel = Kernels.choose(null).prepare(field, g, weights)) {
      KernelChecks.assertThreadSafe(kernel, input, expected);
    }
  }

  private static void assertSameAsDefinition(
      KernelProvider provider,
      ResidueField field,
      ConvGeometry g,
      LayerWeights weights,
      int[]... inputs) {
    int[][] actual = new int[inputs.length][g.outputSize()];
    try (LinearKernel kernel = provider.prepare(field, g, weights)) {
      kernel.apply(inputs.length, inputs, actual);
    }
    for (int request = 0; request < inputs.length; request++) {
      assertThat(actual[request])
          .as("%s", g)
          .isEqualTo(definition(field, g, weights, inputs[request]));
    }
  }

  private static int[] definition(
      ResidueField field, ConvGeometry g, LayerWeights weights, int[] input) {
    long[] sums = new long[g.outputSize()];
    DirectConvolution.apply(g, weights, input, sums);
    int[] residues = new int[sums.length];
    for (int i = 0; i < sums.length; i++) {
      residues[i] = (int) Math.floorMod(sums[i], (long) field.modulus());
    }
    return residues;
  }

  /** Counts kernels; refuses to make more than a number of them. */
  private static final class CountingKernels implements KernelProvider {
    private final int most;
    private int prepared;
    private int closed;

    CountingKernels(int most) {
      this.most = most;
    }

    @Override
    public String name() {
      return "counting";
    }

    @Override
    public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
      if (prepared == most) {
        throw new IllegalStateException("no memory");
      }
      prepared++;
      return new FunctionKernel(
          geometry,
          (count, inputs, outputs) -> {
            throw new UnsupportedOperationException();
          },
          () -> closed++);
    }
  }
}
