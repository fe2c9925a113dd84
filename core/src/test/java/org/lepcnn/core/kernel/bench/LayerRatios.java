/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.bench;

import ai.onnxruntime.OrtException;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;

/**
 * Prints, per layer of the networks given as arguments, the time of the masked layer over the time
 * of ONNX Runtime's plain float layer: one thread, layout work included, medians of interleaved
 * runs. System properties: {@code kernel} (a name of {@link Kernels#NAMES}), {@code millis} per
 * layer and side, {@code field} (24 or 31 bits).
 *
 * <p>To be run with {@code OMP_NUM_THREADS=1}. A look at a machine, not a test.
 */
public final class LayerRatios {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int MAX_RUNS = 2000;

  private static final ResidueField FIELD =
      ResidueField.ofBits(Integer.getInteger("field", ResidueField.P31.bits()));

  private LayerRatios() {}

  /** Measures and prints. */
  public static void main(String[] arguments) throws OrtException {
    KernelProvider provider = Kernels.choose(System.getProperty("kernel"));
    System.out.printf("kernel %s%n", provider.name());
    long budget = Long.getLong("millis", 400) * NANOS_PER_MILLI;
    for (String network : arguments.length == 0 ? List.of("alexnet") : List.of(arguments)) {
      double plain = 0;
      double masked = 0;
      for (Networks.Layer layer : Networks.layers(network)) {
        double[] millis = measure(provider, layer.geometry(), 1, budget);
        print(network + " " + layer.name() + " ×" + layer.times(), millis);
        plain += millis[0] * layer.times();
        masked += millis[1] * layer.times();
      }
      print(network + ", all linear layers", new double[] {plain, masked});
    }
    double[] batch = measure(provider, ConvGeometry.fullyConnected(1, 9216, 4096), 8, budget);
    print("eight fc6 in one batch ÷ eight plain", new double[] {8 * batch[0], batch[1]});
  }

  private static void print(String what, double[] millis) {
    System.out.printf(
        "%-40s plain %9.4f ms  masked %9.4f ms  ratio %.3f%n",
        what, millis[0], millis[1], millis[1] / millis[0]);
  }

  private static double[] measure(
      KernelProvider provider, ConvGeometry geometry, int count, long budgetNanos)
      throws OrtException {
    RandomLayers random = new RandomLayers(1);
    byte[] weights = new byte[geometry.weightCount()];
    int[] normal = random.centred(weights.length, 80);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (byte) normal[i];
    }
    int[][] inputs = new int[count][];
    for (int i = 0; i < count; i++) {
      inputs[i] = random.residues(FIELD, geometry.inputSize());
    }
    int[][] outputs = new int[count][geometry.outputSize()];
    try (FloatLayer plain = new FloatLayer(geometry, weights);
        LinearKernel kernel = provider.prepare(FIELD, geometry, weights)) {
      long[] plainNanos = new long[MAX_RUNS];
      long[] maskedNanos = new long[MAX_RUNS];
      int runs = 0;
      long end = System.nanoTime() + 2 * budgetNanos;
      long warm = System.nanoTime() + budgetNanos / 2;
      while (runs < MAX_RUNS && (runs < 5 || System.nanoTime() < end)) {
        long start = System.nanoTime();
        plain.run();
        long middle = System.nanoTime();
        kernel.apply(count, inputs, outputs);
        long stop = System.nanoTime();
        if (start > warm) {
          plainNanos[runs] = middle - start;
          maskedNanos[runs++] = stop - middle;
        }
      }
      return new double[] {median(plainNanos, runs), median(maskedNanos, runs)};
    }
  }

  private static double median(long[] values, int count) {
    long[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted[count / 2] / (double) NANOS_PER_MILLI;
  }
}
