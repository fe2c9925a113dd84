/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.util.SplittableRandom;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * Compares a prepared layer with the defining sum at a sample of its outputs, all of them where the
 * layer is small.
 *
 * <p>oneDNN chooses among many implementations by the shape of a layer, and a wrong one says
 * nothing: version 3.11 with AMX computes wrong sums for strided convolutions of one output column
 * (see {@link OneDnnConvolution}). So every layer is looked at before it serves.
 */
final class LayerProbe {
  private static final int SAMPLE_PRODUCTS = 1 << 19;
  private static final int MIN_SAMPLES = 64;

  private LayerProbe() {}

  /** Whether the kernel is right at the sampled outputs, for one request and for two. */
  static boolean isExact(ResidueField field, LinearKernel kernel, byte[] weights) {
    SplittableRandom random = new SplittableRandom(1);
    ConvGeometry g = kernel.geometry();
    int[][] inputs = new int[2][g.inputSize()];
    for (int[] input : inputs) {
      for (int i = 0; i < input.length; i++) {
        input[i] = random.nextInt(field.modulus());
      }
    }
    int[][] outputs = new int[2][g.outputSize()];
    kernel.apply(1, inputs, outputs);
    boolean exact = agrees(field, g, weights, inputs[0], outputs[0], random);
    kernel.apply(2, inputs, outputs);
    return exact
        && agrees(field, g, weights, inputs[0], outputs[0], random)
        && agrees(field, g, weights, inputs[1], outputs[1], random);
  }

  private static boolean agrees(
      ResidueField field,
      ConvGeometry g,
      byte[] weights,
      int[] input,
      int[] output,
      SplittableRandom random) {
    int samples = Math.max(MIN_SAMPLES, SAMPLE_PRODUCTS / g.fanIn());
    boolean all = samples >= output.length;
    for (int i = 0; i < Math.min(samples, output.length); i++) {
      int index = all ? i : random.nextInt(output.length);
      if (output[index] != ScalarKernels.reduceSum(field, sum(g, weights, input, index))) {
        return false;
      }
    }
    return true;
  }

  /** One output, not reduced, by the definition in {@link ConvGeometry}. */
  private static long sum(ConvGeometry g, byte[] weights, int[] input, int index) {
    int position = index % g.planeSize();
    int oc = index / g.planeSize() % g.outChannels();
    int image = index / g.planeSize() / g.outChannels();
    int channels = g.inChannels() / g.groups();
    int firstChannel = image * g.inChannels() + oc / (g.outChannels() / g.groups()) * channels;
    int inPlane = g.inPlane();
    int outWidth = g.width().out();
    int columns = g.width().kernel();
    int taps = g.kernelSize();
    long sum = 0;
    for (int tap = 0; tap < taps; tap++) {
      int y = g.height().input(position / outWidth, tap / columns);
      int x = g.width().input(position % outWidth, tap % columns);
      if (y < 0 || x < 0) {
        continue;
      }
      int at = firstChannel * inPlane + y * g.width().in() + x;
      int weight = oc * channels * taps + tap;
      for (int c = 0; c < channels; c++) {
        sum += (long) weights[weight + c * taps] * input[at + c * inPlane];
      }
    }
    return sum;
  }
}
