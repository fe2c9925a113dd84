/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.linear;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.lepcnn.core.field.ResidueField;

/** Random layers and operands for property tests, from a seed. */
public final class RandomLayers {
  private final SplittableRandom random;

  public RandomLayers(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /**
   * A convolution with random stride, padding (negative too), dilation, groups and batch, or a
   * product.
   */
  public ConvGeometry geometry() {
    return switch (random.nextInt(4)) {
      case 0 ->
          ConvGeometry.fullyConnected(
              1 + random.nextInt(4), 1 + random.nextInt(70), 1 + random.nextInt(40));
      case 1 -> transposed();
      default -> convolution();
    };
  }

  /** A convolution. */
  public ConvGeometry convolution() {
    int groups = pick(1, 1, 1, 2, 3, 20);
    int inChannels = groups * (1 + random.nextInt(groups == 20 ? 2 : 9));
    int outChannels = groups * (1 + random.nextInt(groups == 20 ? 2 : 9));
    int kernelHeight = 1 + random.nextInt(4);
    int kernelWidth = 1 + random.nextInt(4);
    return new ConvGeometry(
        pick(1, 1, 2),
        inChannels,
        outChannels,
        groups,
        new ConvAxis(
            1 + random.nextInt(11),
            1 + random.nextInt(9),
            kernelHeight,
            1 + random.nextInt(3),
            1 + random.nextInt(2),
            1,
            random.nextInt(4) - 1),
        new ConvAxis(
            1 + random.nextInt(13),
            1 + random.nextInt(9),
            kernelWidth,
            1 + random.nextInt(3),
            1 + random.nextInt(2),
            1,
            random.nextInt(4) - 1));
  }

  /** The form that a transposed convolution takes. */
  public ConvGeometry transposed() {
    int groups = pick(1, 1, 2);
    int kernel = 1 + random.nextInt(4);
    int stride = 1 + random.nextInt(3);
    int pad = random.nextInt(2);
    int height = 1 + random.nextInt(6);
    int width = 1 + random.nextInt(6);
    int outHeight = Math.max(1, stride * (height - 1) + kernel - 2 * pad);
    int outWidth = Math.max(1, stride * (width - 1) + kernel - 2 * pad);
    int start = kernel - 1 - pad;
    return new ConvGeometry(
        1,
        groups * 3,
        groups * 2,
        groups,
        ConvAxis.of(height, outHeight, kernel).withInputDilation(stride).withPadBefore(start),
        ConvAxis.of(width, outWidth, kernel).withInputDilation(stride).withPadBefore(start));
  }

  /** int8 weights of any size. */
  public byte[] weights(ConvGeometry geometry) {
    byte[] weights = new byte[geometry.weightCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (byte) random.nextInt(256);
    }
    return weights;
  }

  /** Weights of one part. */
  public LayerWeights int8Weights(ConvGeometry geometry) {
    return LayerWeights.of(weights(geometry));
  }

  /** Weights of two parts in [−2047, 2047], the extremes among them where there is room. */
  public LayerWeights partedWeights(ConvGeometry geometry) {
    short[] weights = new short[geometry.weightCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (short) (random.nextInt(2 * 2047 + 1) - 2047);
    }
    weights[random.nextInt(weights.length)] = -2047;
    weights[random.nextInt(weights.length)] = 2047;
    return LayerWeights.split(weights);
  }

  /** Canonical residues of the large field. */
  public int[] residues(int length) {
    return residues(ResidueField.P31, length);
  }

  /** Canonical residues. */
  public int[] residues(ResidueField field, int length) {
    int[] residues = new int[length];
    for (int i = 0; i < length; i++) {
      residues[i] = random.nextInt(field.modulus());
    }
    return residues;
  }

  /** Centred integers of magnitude at most {@code limit}. */
  public int[] centred(int length, int limit) {
    int[] values = new int[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextInt(2 * limit + 1) - limit;
    }
    return values;
  }

  /** The same value everywhere. */
  public static int[] constant(int length, int value) {
    int[] values = new int[length];
    Arrays.fill(values, value);
    return values;
  }

  private int pick(int... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
