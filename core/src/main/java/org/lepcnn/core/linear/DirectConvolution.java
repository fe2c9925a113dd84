/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.linear;

import java.util.Arrays;

/**
 * The defining sum of {@link ConvGeometry} in 64-bit integers, one product after the other.
 *
 * <p>Nothing here knows about a modulus: with canonical residues as input the sums are reduced
 * afterwards, with quantized activations they are the plain integer network. Bound: |input| &lt;
 * 2³¹ and |weight| ≤ 2⁷, so a sum of fewer than 2²⁴ products stays below 2⁶²; weights of two parts
 * are at most 2¹¹, so there fewer than {@link #MAX_PARTED_FAN_IN} = 2²⁰ products do.
 */
public final class DirectConvolution {
  /** A layer whose weights have two parts needs a fan-in below this. */
  public static final int MAX_PARTED_FAN_IN = 1 << 20;

  private static final int MAX_FAN_IN = 1 << 24;

  private DirectConvolution() {}

  /**
   * Computes the layer.
   *
   * @param geometry the layer; its fan-in must be below 2²⁴
   * @param weights int8 weights, {@code geometry.weightCount()} of them
   * @param input {@code geometry.inputSize()} values
   * @param output receives {@code geometry.outputSize()} sums
   */
  public static void apply(ConvGeometry geometry, byte[] weights, int[] input, long[] output) {
    apply(geometry, LayerWeights.of(weights), input, output);
  }

  /**
   * Computes the layer with the combined weights W.
   *
   * @param geometry the layer; its fan-in must be below 2²⁴, with weights of two parts below 2²⁰
   * @param weights {@code geometry.weightCount()} of them
   * @param input {@code geometry.inputSize()} values
   * @param output receives {@code geometry.outputSize()} sums
   */
  public static void apply(
      ConvGeometry geometry, LayerWeights weights, int[] input, long[] output) {
    check(geometry, weights, input.length, output.length);
    if (singlePositions(geometry)) {
      applyToPositions(geometry, weights, input, output);
    } else {
      applyToPlanes(flattened(geometry), weights, input, output);
    }
  }

  private static void applyToPlanes(
      ConvGeometry geometry, LayerWeights weights, int[] input, long[] output) {
    int inPlane = geometry.inPlane();
    int outPlane = geometry.planeSize();
    int inPerGroup = geometry.inChannels() / geometry.groups();
    int outPerGroup = geometry.outChannels() / geometry.groups();
    Arrays.fill(output, 0, geometry.outputSize(), 0L);
    for (int n = 0; n < geometry.batch(); n++) {
      for (int oc = 0; oc < geometry.outChannels(); oc++) {
        int outBase = (n * geometry.outChannels() + oc) * outPlane;
        int firstIn = n * geometry.inChannels() + oc / outPerGroup * inPerGroup;
        for (int c = 0; c < inPerGroup; c++) {
          int weightBase = (oc * inPerGroup + c) * geometry.kernelSize();
          addPlane(geometry, weights, weightBase, input, (firstIn + c) * inPlane, output, outBase);
        }
      }
    }
  }

  private static void addPlane(
      ConvGeometry g,
      LayerWeights weights,
      int weightBase,
      int[] input,
      int inBase,
      long[] output,
      int outBase) {
    int columns = g.width().kernel();
    for (int tap = 0; tap < g.kernelSize(); tap++) {
      long weight = weights.at(weightBase + tap);
      if (weight != 0) {
        addTap(g, weight, tap / columns, tap % columns, input, inBase, output, outBase);
      }
    }
  }

  private static void addTap(
      ConvGeometry g,
      long weight,
      int u,
      int v,
      int[] input,
      int inBase,
      long[] output,
      int outBase) {
    ConvAxis height = g.height();
    ConvAxis width = g.width();
    int outHeight = height.out();
    for (int i = 0; i < outHeight; i++) {
      int row = height.input(i, u);
      if (row >= 0) {
        int from = inBase + row * width.in();
        int to = outBase + i * width.out();
        if (width.inputDilation() == 1) {
          addRow(width, weight, v, input, from, output, to);
        } else {
          addInterleavedRow(width, weight, v, input, from, output, to);
        }
      }
    }
  }

  /** One row of outputs for tap {@code v} from the row of inputs at {@code from}. */
  private static void addRow(
      ConvAxis width, long weight, int v, int[] input, int from, long[] output, int to) {
    int shift = v * width.dilation() - width.padBefore();
    int stride = width.stride();
    int first = Math.max(0, -Math.floorDiv(shift, stride));
    int last = Math.min(width.out() - 1, Math.floorDiv(width.in() - 1 - shift, stride));
    if (stride == 1) {
      for (int j = first; j <= last; j++) {
        output[to + j] += weight * input[from + shift + j];
      }
    } else {
      for (int j = first; j <= last; j++) {
        output[to + j] += weight * input[from + shift + j * stride];
      }
    }
  }

  private static void addInterleavedRow(
      ConvAxis width, long weight, int v, int[] input, int from, long[] output, int to) {
    int outWidth = width.out();
    for (int j = 0; j < outWidth; j++) {
      int column = width.input(j, v);
      if (column >= 0) {
        output[to + j] += weight * input[from + column];
      }
    }
  }

  /** A layer whose images are single positions: one dot product per output. */
  private static void applyToPositions(
      ConvGeometry g, LayerWeights weights, int[] input, long[] output) {
    int inPerGroup = g.inChannels() / g.groups();
    int outPerGroup = g.outChannels() / g.groups();
    for (int n = 0; n < g.batch(); n++) {
      for (int oc = 0; oc < g.outChannels(); oc++) {
        int from = n * g.inChannels() + oc / outPerGroup * inPerGroup;
        int weightBase = oc * inPerGroup;
        long sum = 0;
        for (int c = 0; c < inPerGroup; c++) {
          sum += (long) weights.at(weightBase + c) * input[from + c];
        }
        output[n * g.outChannels() + oc] = sum;
      }
    }
  }

  /** Whether every image is one position and every kernel one tap on it. */
  private static boolean singlePositions(ConvGeometry g) {
    return g.height().isSingle() && g.width().isSingle();
  }

  /** The same layer with the plane as one row, where kernels are single taps in place. */
  private static ConvGeometry flattened(ConvGeometry g) {
    return g.isPointwise()
        ? new ConvGeometry(
            g.batch(),
            g.inChannels(),
            g.outChannels(),
            g.groups(),
            ConvAxis.pointwise(1),
            ConvAxis.pointwise(g.planeSize()))
        : g;
  }

  private static void check(ConvGeometry geometry, LayerWeights weights, int input, int output) {
    if (weights.count() < geometry.weightCount()
        || input < geometry.inputSize()
        || output < geometry.outputSize()) {
      throw new IllegalArgumentException(
          ("Direct convolution: expected at least %s weights, %s "
                  + "inputs, %s outputs; found %s, %s, %s.")
              .formatted(
                  geometry.weightCount(),
                  geometry.inputSize(),
                  geometry.outputSize(),
                  weights.count(),
                  input,
                  output));
    }
    int limit = weights.parts() == 1 ? MAX_FAN_IN : MAX_PARTED_FAN_IN;
    if (geometry.fanIn() >= limit) {
      throw new IllegalArgumentException(
          "Direct convolution: the fan-in must be below %s; found %s."
              .formatted(limit, geometry.fanIn()));
    }
  }
}
