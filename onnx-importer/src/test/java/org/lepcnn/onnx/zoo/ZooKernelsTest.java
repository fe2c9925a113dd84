/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.kernel.choice.KernelsHere;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * All kernels give identical residues on every layer of every network of the zoo in both fields,
 * whatever a policy would offload; a shape that occurs in several places is computed once.
 *
 * <p>The fast kernels' results are compared whole with the scalar one's where a layer has at most
 * {@value #SCALAR_MACS} multiplications. For a larger one they are compared whole with each other,
 * and at {@value #SAMPLES} outputs a request with the defining sum; {@code -Dlepcnn.zoo.full=true}
 * compares these whole with the scalar kernel as well.
 */
@Tag("slow")
class ZooKernelsTest {
  private static final boolean FULL = Boolean.getBoolean("lepcnn.zoo.full");
  private static final long SCALAR_MACS = 20_000_000;
  private static final int SAMPLES = 200;

  private static final Set<ConvGeometry> SEEN = new LinkedHashSet<>();
  private static final List<KernelProvider> FAST = new ArrayList<>();
  private static final KernelProvider SCALAR = Kernels.choose("scalar");

  /** The kernels that this machine cannot run. */
  private static final List<String> MISSING = new ArrayList<>();

  @BeforeAll
  static void chooseKernels() {
    for (String name : Kernels.NAMES) {
      if (!name.equals(SCALAR.name())) {
        KernelsHere.find(name).ifPresentOrElse(FAST::add, () -> MISSING.add(name));
      }
    }
  }

  @AfterAll
  static void forget() {
    FAST.clear();
    MISSING.clear();
    SEEN.clear();
  }

  @ParameterizedTest
  @EnumSource
  void allKernels_giveIdenticalResiduesOnEveryLayer(ZooModel model) {
    for (ConvGeometry geometry : model.layers()) {
      if (SEEN.add(geometry)) {
        for (ResidueField field : ResidueField.values()) {
          compare(field, geometry, new SplittableRandom(SEEN.size()));
        }
      }
    }
    assumeTrue(MISSING.isEmpty(), () -> "not on this machine, and not compared: " + MISSING);
  }

  private static void compare(ResidueField field, ConvGeometry geometry, SplittableRandom random) {
    byte[] weights = weights(geometry, random);
    int[][] inputs = {residues(field, geometry, random), new int[geometry.inputSize()]};
    Arrays.fill(inputs[1], field.modulus() - 1);
    int[][] expected = null;
    if (FULL || geometry.macs() <= SCALAR_MACS) {
      expected = outputs(SCALAR, field, geometry, weights, inputs);
    }
    for (KernelProvider provider : FAST) {
      int[][] actual = outputs(provider, field, geometry, weights, inputs);
      if (expected == null) {
        assertSamples(provider, field, geometry, weights, inputs, actual, random.split());
        expected = actual;
      } else {
        assertSame(provider, field, geometry, expected, actual);
      }
    }
  }

  private static int[][] outputs(
      KernelProvider provider,
      ResidueField field,
      ConvGeometry geometry,
      byte[] weights,
      int[][] inputs) {
    int[][] outputs = new int[inputs.length][geometry.outputSize()];
    try (LinearKernel kernel = provider.prepare(field, geometry, weights)) {
      kernel.apply(inputs.length, inputs, outputs);
    }
    return outputs;
  }

  private static void assertSame(
      KernelProvider provider,
      ResidueField field,
      ConvGeometry geometry,
      int[][] expected,
      int[][] actual) {
    for (int request = 0; request < expected.length; request++) {
      assertThat(Arrays.mismatch(actual[request], expected[request]))
          .as(
              "first wrong %s residue of %s, request %d, %s",
              field, provider.name(), request, geometry)
          .isEqualTo(-1);
    }
  }

  /** The first and last output, at borders therefore, and random ones. */
  private static void assertSamples(
      KernelProvider provider,
      ResidueField field,
      ConvGeometry geometry,
      byte[] weights,
      int[][] inputs,
      int[][] actual,
      SplittableRandom random) {
    for (int request = 0; request < inputs.length; request++) {
      for (int sample = 0; sample < SAMPLES; sample++) {
        int last = geometry.outputSize() - 1;
        int index = sample == 0 ? 0 : sample == 1 ? last : random.nextInt(last);
        assertThat(actual[request][index])
            .as(
                "%s residue %d of %s, request %d, %s",
                field, index, provider.name(), request, geometry)
            .isEqualTo(definition(field, geometry, weights, inputs[request], index));
      }
    }
  }

  /** One output of a layer without batch, by the sum in {@link ConvGeometry}. */
  private static int definition(
      ResidueField field, ConvGeometry g, byte[] weights, int[] input, int index) {
    int channel = index / g.planeSize();
    int i = index % g.planeSize() / g.width().out();
    int j = index % g.width().out();
    int perGroup = g.inChannels() / g.groups();
    int first = channel / (g.outChannels() / g.groups()) * perGroup;
    long sum = 0;
    for (int tap = 0; tap < g.fanIn(); tap++) {
      int u = tap / g.width().kernel() % g.height().kernel();
      int v = tap % g.width().kernel();
      int row = g.height().input(i, u);
      int column = g.width().input(j, v);
      if (row >= 0 && column >= 0) {
        int plane = first + tap / g.kernelSize();
        long value = input[(plane * g.height().in() + row) * g.width().in() + column];
        sum += weights[channel * g.fanIn() + tap] * value;
      }
    }
    return (int) Math.floorMod(sum, (long) field.modulus());
  }

  /**
   * Weights in [−127, 127]; of every other layer all extreme in the first and the last channel, so
   * that accumulators are as large as they can be, and of the others small enough in most places
   * that they stay far from that, as those of trained networks.
   */
  private static byte[] weights(ConvGeometry geometry, SplittableRandom random) {
    byte[] weights = new byte[geometry.weightCount()];
    random.nextBytes(weights);
    boolean extreme = SEEN.size() % 2 == 0;
    for (int i = 0; i < weights.length; i++) {
      int weight = Math.max(weights[i], -127);
      weights[i] = (byte) (extreme || i % 64 == 0 ? weight : weight / 8);
    }
    if (extreme) {
      Arrays.fill(weights, weights.length - geometry.fanIn(), weights.length, (byte) -127);
      Arrays.fill(weights, 0, geometry.fanIn(), (byte) 127);
    }
    return weights;
  }

  /** Canonical residues, one in sixteen p − 1. */
  private static int[] residues(
      ResidueField field, ConvGeometry geometry, SplittableRandom random) {
    int[] residues = new int[geometry.inputSize()];
    for (int i = 0; i < residues.length; i++) {
      int bits = random.nextInt();
      residues[i] = (bits & 15) == 0 ? field.modulus() - 1 : (bits >>> 1) % field.modulus();
    }
    return residues;
  }
}
