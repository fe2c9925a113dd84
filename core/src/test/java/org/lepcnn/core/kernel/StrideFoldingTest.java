/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;

/** The folded layer runs on the scalar kernel here, so that the folding alone is tested. */
class StrideFoldingTest {
  private static final ScalarKernels SCALAR = new ScalarKernels();

  @ParameterizedTest
  @EnumSource
  void randomLayers_equalTheLayerItself(ResidueField field) {
    SplittableRandom shapes = new SplittableRandom(1);
    RandomLayers random = new RandomLayers(2);
    int taken = 0;
    while (taken < 300) {
      ConvGeometry g = randomShape(shapes);
      if (StrideFolding.takes(g)) {
        taken++;
        byte[] weights = random.weights(g);
        int[][] inputs = {
          random.residues(field, g.inputSize()),
          RandomLayers.constant(g.inputSize(), field.modulus() - 1)
        };
        assertSameAsTheLayer(field, g, weights, inputs);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void firstLayersOfNetworks_equalTheLayerItself(ResidueField field) {
    RandomLayers random = new RandomLayers(3);
    for (ConvGeometry g :
        new ConvGeometry[] {
          shape(3, 61, 4, 14, 11, 4, 2), // AlexNet
          shape(3, 40, 4, 20, 7, 2, 3), // ResNet
          shape(3, 40, 4, 19, 3, 2, 0), // SqueezeNet
          shape(3, 40, 4, 20, 3, 2, 1) // MobileNet
        }) {
      assertThat(StrideFolding.takes(g)).isTrue();
      assertSameAsTheLayer(field, g, random.weights(g), random.residues(field, g.inputSize()));
    }
  }

  @Test
  void folded_hasAChannelForEveryPhaseAndStrideOne() {
    ConvGeometry[] folded = new ConvGeometry[1];
    ConvGeometry g = shape(3, 224, 64, 55, 11, 4, 2);
    new StrideFolding(
            g,
            new byte[g.weightCount()],
            (target, weights) -> {
              folded[0] = target;
              return SCALAR.prepare(ResidueField.P31, target, weights);
            })
        .close();
    // padding 2 becomes ⌈2/4⌉ = 1; the last tap is 11 − 1 − 2 + 1·4 = 12, of phase 0 and place 3
    assertThat(folded[0])
        .isEqualTo(
            ConvGeometry.of(48, 64, ConvAxis.padded(56, 4, 1, 1), ConvAxis.padded(56, 4, 1, 1)));
  }

  @Test
  void scratch_isReusedAcrossNumbersOfRequests() {
    RandomLayers random = new RandomLayers(4);
    ConvGeometry g =
        new ConvGeometry(2, 2, 3, 1, ConvAxis.padded(7, 3, 2, 1), ConvAxis.padded(5, 2, 2, 1));
    byte[] weights = random.weights(g);
    try (LinearKernel folding =
            new StrideFolding(g, weights, (it, its) -> SCALAR.prepare(ResidueField.P31, it, its));
        LinearKernel layer = SCALAR.prepare(ResidueField.P31, g, weights)) {
      for (int count : new int[] {1, 3, 2, 1}) {
        int[][] inputs = new int[count][];
        Arrays.setAll(inputs, i -> random.residues(g.inputSize()));
        assertThat(outputs(folding, inputs)).isDeepEqualTo(outputs(layer, inputs));
      }
    }
  }

  @Test
  void concurrentCalls_doNotShareScratch() throws InterruptedException {
    RandomLayers random = new RandomLayers(5);
    ConvGeometry g = shape(3, 20, 2, 10, 3, 2, 1);
    byte[] weights = random.weights(g);
    ConcurrentLinkedQueue<Integer> wrong = new ConcurrentLinkedQueue<>();
    try (LinearKernel folding =
            new StrideFolding(g, weights, (it, its) -> SCALAR.prepare(ResidueField.P31, it, its));
        LinearKernel layer = SCALAR.prepare(ResidueField.P31, g, weights)) {
      Thread[] threads = new Thread[4];
      for (int t = 0; t < threads.length; t++) {
        int[] input = random.residues(g.inputSize());
        int[] expected = outputs(layer, input)[0];
        threads[t] =
            new Thread(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    if (!Arrays.equals(outputs(folding, input)[0], expected)) {
                      wrong.add(i);
                    }
                  }
                });
        threads[t].start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void close_closesTheFoldedKernel() {
    ConvGeometry g = shape(3, 8, 2, 4, 3, 2, 1);
    int[] closed = new int[1];
    new StrideFolding(g, new byte[g.weightCount()], (target, weights) -> counting(target, closed))
        .close();
    assertThat(closed[0]).isEqualTo(1);
  }

  @Test
  void layersOfAnotherKind_areNotTaken() {
    assertThat(StrideFolding.takes(shape(3, 20, 4, 10, 3, 2, 1))).isTrue();
    assertThat(StrideFolding.takes(shape(3, 20, 4, 20, 3, 1, 1))).as("no stride").isFalse();
    assertThat(StrideFolding.takes(shape(15, 20, 4, 10, 3, 2, 1))).isTrue();
    assertThat(StrideFolding.takes(shape(16, 20, 4, 10, 3, 2, 1))).as("channels").isFalse();
    assertThat(StrideFolding.takes(shape(4, 32, 4, 4, 8, 8, 0))).isTrue();
    assertThat(StrideFolding.takes(shape(5, 32, 4, 4, 8, 8, 0))).as("folded channels").isFalse();
    assertThat(StrideFolding.takes(shape(3, 20, 4, 5, 3, 4, 0))).as("gaps").isFalse();
    assertThat(StrideFolding.takes(shape(3, 20, 4, 10, 3, 2, -1))).as("cropping").isFalse();
    assertThat(StrideFolding.takes(with(2, 1, 1))).as("groups").isFalse();
    assertThat(StrideFolding.takes(with(1, 2, 1))).as("dilation").isFalse();
    assertThat(StrideFolding.takes(with(1, 1, 2))).as("input dilation").isFalse();
    assertThat(StrideFolding.takes(with(1, 1, 1))).isTrue();
  }

  @Test
  void layerThatWouldFoldBeyondTheLargestTensor_isNotTaken() {
    // 15 · 2²⁰ residues fit; the one row is phase 0 of two, so that half of the folded ones are
    // zeros
    ConvGeometry g =
        ConvGeometry.of(
            15,
            1,
            ConvAxis.of(1, 1, 2).withStride(2),
            ConvAxis.of(1 << 20, 1 << 19, 2).withStride(2));
    assertThat(StrideFolding.takes(g)).isFalse();
  }

  private static ConvGeometry with(int groups, int dilation, int inputDilation) {
    ConvAxis side = ConvAxis.of(20, 10, 3).withStride(2).withPadBefore(1);
    return new ConvGeometry(
        1, 4, 4, groups, side.withDilation(dilation), side.withInputDilation(inputDilation));
  }

  private static ConvGeometry shape(
      int in, int size, int out, int outSize, int kernel, int stride, int pad) {
    ConvAxis side = ConvAxis.of(size, outSize, kernel).withStride(stride).withPadBefore(pad);
    return ConvGeometry.of(in, out, side, side);
  }

  /** Different in both axes; outputs may lie beyond the input. */
  private static ConvGeometry randomShape(SplittableRandom random) {
    int strideHeight = 1 + random.nextInt(4);
    int strideWidth = 1 + random.nextInt(4);
    return new ConvGeometry(
        1 + random.nextInt(2),
        1 + random.nextInt(4),
        1 + random.nextInt(3),
        1,
        new ConvAxis(
            1 + random.nextInt(12),
            1 + random.nextInt(7),
            strideHeight + random.nextInt(6),
            strideHeight,
            1,
            1,
            random.nextInt(6)),
        new ConvAxis(
            1 + random.nextInt(12),
            1 + random.nextInt(7),
            strideWidth + random.nextInt(6),
            strideWidth,
            1,
            1,
            random.nextInt(6)));
  }

  private static void assertSameAsTheLayer(
      ResidueField field, ConvGeometry g, byte[] weights, int[]... inputs) {
    try (LinearKernel folding =
            new StrideFolding(g, weights, (it, its) -> SCALAR.prepare(field, it, its));
        LinearKernel layer = SCALAR.prepare(field, g, weights)) {
      assertThat(folding.geometry()).isEqualTo(g);
      assertThat(outputs(folding, inputs)).as("%s", g).isDeepEqualTo(outputs(layer, inputs));
    }
  }

  private static int[][] outputs(LinearKernel kernel, int[]... inputs) {
    int[][] outputs = new int[inputs.length][kernel.geometry().outputSize()];
    kernel.apply(inputs.length, inputs, outputs);
    return outputs;
  }

  private static LinearKernel counting(ConvGeometry geometry, int[] closed) {
    return new FunctionKernel(
        geometry,
        (count, inputs, outputs) -> {
          throw new UnsupportedOperationException();
        },
        () -> closed[0]++);
  }
}
