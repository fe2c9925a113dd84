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
    apply(geometry, LayerWeights.unchecked(weights), input, output);
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
    int inPlane = geometry.inHeight() * geometry.inWidth();
    int outPlane = geometry.planeSize();
    int inPerGroup = geometry.inChannels() / geometry.groups();
    int outPerGroup = geometry.outChannels() / geometry.groups();
    Arrays.fill(output, 0, geometry.outputSize(), 0L);
    for (int n = 0; n < geometry.batch(); n++) {
      for (int oc = 0; oc < geometry.outChannels(); oc++) {
        int outBase = (n * geometry.outChannels() + oc) * outPlane;
        int firstIn = n * geometry.inChannels() + oc / outPerGroup * inPerGroup;
        for (int c = 0; c < inPerGroup; c++) {
          int weightBase = (oc * inPerGroup + c) * geometry.kernelHeight() * geometry.kernelWidth();
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
    for (int u = 0; u < g.kernelHeight(); u++) {
      for (int v = 0; v < g.kernelWidth(); v++) {
        long weight = weights.at(weightBase + u * g.kernelWidth() + v);
        if (weight != 0) {
          addTap(g, weight, u, v, input, inBase, output, outBase);
        }
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
    for (int i = 0; i < g.outHeight(); i++) {
      int row =
          sourceIndex(
              i * g.strideHeight() + u * g.dilationHeight() - g.padTop(),
              g.inputDilationHeight(),
              g.inHeight());
      if (row < 0) {
        continue;
      }
      for (int j = 0; j < g.outWidth(); j++) {
        int column =
            sourceIndex(
                j * g.strideWidth() + v * g.dilationWidth() - g.padLeft(),
                g.inputDilationWidth(),
                g.inWidth());
        if (column >= 0) {
          output[outBase + i * g.outWidth() + j] +=
              weight * input[inBase + row * g.inWidth() + column];
        }
      }
    }
  }

  /**
   * Maps a coordinate of the zero-interleaved input to the input.
   *
   * @return the index in [0, size), or −1 where the value is a zero of padding or interleaving
   */
  public static int sourceIndex(int dilated, int inputDilation, int size) {
    if (dilated < 0 || dilated % inputDilation != 0) {
      return -1;
    }
    int index = dilated / inputDilation;
    return index < size ? index : -1;
  }

  private static void check(ConvGeometry geometry, LayerWeights weights, int input, int output) {
    if (weights.count() < geometry.weightCount()
        || input < geometry.inputSize()
        || output < geometry.outputSize()) {
      throw new IllegalArgumentException(
          "Direct convolution: expected at least "
              + geometry.weightCount()
              + " weights, "
              + geometry.inputSize()
              + " inputs, "
              + geometry.outputSize()
              + " outputs; found "
              + weights.count()
              + ", "
              + input
              + ", "
              + output
              + ".");
    }
    int limit = weights.parts() == 1 ? MAX_FAN_IN : MAX_PARTED_FAN_IN;
    if (geometry.fanIn() >= limit) {
      throw new IllegalArgumentException(
          "Direct convolution: the fan-in must be below "
              + limit
              + "; found "
              + geometry.fanIn()
              + ".");
    }
  }
}
