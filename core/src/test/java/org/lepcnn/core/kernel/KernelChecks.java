/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.DirectConvolution;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.linear.RandomLayers;

/** Claims about every kernel. */
public final class KernelChecks {
  private static final int THREADS = 4;
  private static final int CALLS = 50;

  private KernelChecks() {}

  /** Calls at the same time do not disturb each other. */
  public static void assertThreadSafe(LinearKernel kernel, int[] input, int[] expected)
      throws InterruptedException {
    Thread[] threads = new Thread[THREADS];
    int[][] outputs = new int[THREADS][expected.length];
    for (int t = 0; t < THREADS; t++) {
      int[] output = outputs[t];
      threads[t] =
          new Thread(
              () -> {
                for (int i = 0; i < CALLS; i++) {
                  Arrays.fill(output, -1);
                  kernel.apply(input, output);
                }
              });
      threads[t].start();
    }
    for (int t = 0; t < THREADS; t++) {
      threads[t].join();
      assertThat(outputs[t]).isEqualTo(expected);
    }
  }

  /** The result of a masked input, without its unblinding factors, is the plain integers'. */
  public static void assertUnmaskedEqualsPlain(
      KernelProvider provider,
      ConvGeometry geometry,
      LayerWeights weights,
      int[] quantized,
      RandomLayers random) {
    long[] plain = new long[geometry.outputSize()];
    DirectConvolution.apply(geometry, weights, quantized, plain);
    int[] mask = random.residues(quantized.length);
    int[] masked = new int[quantized.length];
    for (int i = 0; i < masked.length; i++) {
      masked[i] = Field31.add(Field31.canonical(quantized[i]), mask[i]);
    }
    int[] result = new int[plain.length];
    int[] factor = new int[plain.length];
    try (LinearKernel kernel = provider.prepare(ResidueField.P31, geometry, weights)) {
      kernel.apply(masked, result);
      kernel.apply(mask, factor);
    }
    for (int i = 0; i < plain.length; i++) {
      assertThat((long) Field31.centred(Field31.subtract(result[i], factor[i])))
          .isEqualTo(plain[i]);
    }
  }
}
