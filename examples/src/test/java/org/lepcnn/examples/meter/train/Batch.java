/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

/**
 * A batch of feature maps in the order [count, channels, height, width].
 *
 * <p>The values are shared, not copied: layers work on them directly.
 */
final class Batch {
  final int count;
  final int channels;
  final int height;
  final int width;
  final float[] values;

  Batch(int count, int channels, int height, int width, float[] values) {
    int expected =
        Math.multiplyExact(Math.multiplyExact(count, channels), Math.multiplyExact(height, width));
    if (values.length != expected) {
      throw new IllegalArgumentException(
          "A batch: expected " + expected + " values, found " + values.length);
    }
    this.count = count;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.values = values;
  }

  static Batch zeros(int count, int channels, int height, int width) {
    return new Batch(count, channels, height, width, new float[count * channels * height * width]);
  }

  /** A batch of this shape with other values. */
  Batch with(float[] others) {
    return new Batch(count, channels, height, width, others);
  }

  /** Positions of one feature map. */
  int area() {
    return height * width;
  }

  /** Values of one member of the batch. */
  int memberSize() {
    return channels * area();
  }

  /** One member as a matrix [channels, positions] that shares its values. */
  Matrix member(int index) {
    return new Matrix(values, index * memberSize(), channels, area());
  }

  /** The whole batch as a matrix [count, values of a member] that shares its values. */
  Matrix asMatrix() {
    return new Matrix(values, 0, count, memberSize());
  }
}
