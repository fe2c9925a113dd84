/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.lepcnn.core.field.Field24;
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

  /** Residues at the ends of the field, and those with the largest and the smallest limbs. */
  public static int[] extremes(ResidueField field) {
    int[] signed =
        switch (field) {
          case P31 -> new int[] {0x3f7f7f7f, Field31.P - 0x3f808080, 0x40808080, 0x7f00ff00};
          case P24 -> new int[] {0x7f7f7f, Field24.P - 0x808080, 0x808080, 0xff00ff};
        };
    int[] ends = {0, 1, field.modulus() - 1, field.half(), field.half() + 1};
    return IntStream.concat(Arrays.stream(ends), Arrays.stream(signed)).toArray();
  }

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
      ResidueField field,
      ConvGeometry geometry,
      LayerWeights weights,
      int[] quantized,
      RandomLayers random) {
    long[] plain = new long[geometry.outputSize()];
    DirectConvolution.apply(geometry, weights, quantized, plain);
    int[] mask = random.residues(field, quantized.length);
    int[] masked = new int[quantized.length];
    for (int i = 0; i < masked.length; i++) {
      masked[i] = field.add(field.canonical(quantized[i]), mask[i]);
    }
    int[] result = new int[plain.length];
    int[] factor = new int[plain.length];
    try (LinearKernel kernel = provider.prepare(field, geometry, weights)) {
      kernel.apply(masked, result);
      kernel.apply(mask, factor);
    }
    for (int i = 0; i < plain.length; i++) {
      assertThat((long) field.centred(field.subtract(result[i], factor[i]))).isEqualTo(plain[i]);
    }
  }
}
