/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.util.SplittableRandom;

/**
 * Pictures of bytes that show nothing: random samples in a grid, with smooth shades between them.
 * Photos have even areas too, which noise of single pixels has not.
 */
final class MadeUpPicture {
  private static final float WHITE = 255;
  private static final int RANK = 4;
  private static final int MOST_CHANNELS = 4;

  private final int outer;
  private final int height;
  private final int width;
  private final int inner;

  private MadeUpPicture(int outer, int height, int width, int inner) {
    this.outer = outer;
    this.height = height;
    this.width = width;
    this.inner = inner;
  }

  /** Whether a tensor of this shape holds pictures, channels first or last. */
  static boolean fits(long[] shape) {
    return shape.length == RANK && (shape[1] <= MOST_CHANNELS || shape[3] <= MOST_CHANNELS);
  }

  /**
   * Makes pictures.
   *
   * @param shape one that {@link #fits}
   * @param grain pixels from one random sample to the next
   */
  static float[] make(long[] shape, int grain, SplittableRandom random) {
    int[] d = new int[RANK];
    for (int i = 0; i < d.length; i++) {
      d[i] = Math.toIntExact(shape[i]);
    }
    MadeUpPicture picture =
        d[1] <= MOST_CHANNELS
            ? new MadeUpPicture(Math.multiplyExact(d[0], d[1]), d[2], d[3], 1)
            : new MadeUpPicture(d[0], d[1], d[2], d[3]);
    return picture.samples(grain, random);
  }

  private float[] samples(int grain, SplittableRandom random) {
    int rows = height / grain + 2;
    int columns = width / grain + 2;
    float[] samples = new float[outer * height * width * inner];
    for (int plane = 0; plane < outer * inner; plane++) {
      float[] grid = new float[rows * columns];
      for (int i = 0; i < grid.length; i++) {
        grid[i] = (float) random.nextDouble() * WHITE;
      }
      int first = plane / inner * height * width * inner + plane % inner;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int at = y / grain * columns + x / grain;
          float down = (float) (y % grain) / grain;
          float right = (float) (x % grain) / grain;
          float above = between(grid[at], grid[at + 1], right);
          float below = between(grid[at + columns], grid[at + columns + 1], right);
          samples[first + (y * width + x) * inner] = between(above, below, down);
        }
      }
    }
    return samples;
  }

  private static float between(float from, float to, float share) {
    return from + (to - from) * share;
  }
}
