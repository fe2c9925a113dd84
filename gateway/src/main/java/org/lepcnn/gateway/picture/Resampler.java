/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import java.util.Arrays;
import org.lepcnn.core.model.Preprocessing.Filter;

/**
 * Resizes pictures, in two passes: rows first, then columns, each rounded to eight bits. Weights of
 * a pass are whole multiples of 2⁻²², so that a result is the same on every machine.
 *
 * <p>Pixel i of a picture lies from i to i + 1. The filters of {@link Filter} that do not skip
 * pixels are stretched where a picture shrinks.
 */
final class Resampler {
  private static final int FRACTION_BITS = 22;
  private static final int HALF = 1 << (FRACTION_BITS - 1);
  private static final int WHITE = 255;
  private static final double CUBIC = -0.5;

  private Resampler() {}

  /**
   * A part of a picture that is resized: that from {@code from} on, {@code count} pixels long, of
   * the {@code size} pixels that {@code source} pixels become.
   */
  record Axis(int source, long size, long from, int count) {}

  /**
   * Resizes.
   *
   * @param pixels red, green and blue in the lower 24 bits, row by row
   * @param across the part of each row
   * @param down the part of each column
   * @return {@code down.count · across.count} pixels, row by row
   */
  static int[] resize(int[] pixels, Axis across, Axis down, Filter filter) {
    Taps columns = Taps.of(across, filter);
    Taps rows = Taps.of(down, filter);
    int first = rows.firstSource();
    int last = rows.lastSource();
    int[] narrow = new int[(last - first) * across.count()];
    for (int y = first; y < last; y++) {
      columns.apply(pixels, y * across.source(), 1, narrow, (y - first) * across.count(), 1);
    }
    int[] result = new int[down.count() * across.count()];
    Taps shifted = rows.before(first);
    for (int x = 0; x < across.count(); x++) {
      shifted.apply(narrow, x, across.count(), result, x, across.count());
    }
    return result;
  }

  /** Which pixels a result is made of: {@code counts[i]} from {@code starts[i]} on. */
  private static final class Taps {
    private final int[] starts;
    private final int[] counts;
    private final int[][] weights;

    private Taps(int[] starts, int[] counts, int[][] weights) {
      this.starts = starts;
      this.counts = counts;
      this.weights = weights;
    }

    static Taps of(Axis axis, Filter filter) {
      int count = axis.count();
      Taps taps = new Taps(new int[count], new int[count], new int[count][]);
      double step = (double) axis.source() / axis.size();
      double stretch = filter == Filter.PLAIN ? 1 : Math.max(step, 1);
      for (int i = 0; i < count; i++) {
        double centre = (axis.from() + i + 0.5) * step;
        if (filter == Filter.NEAREST) {
          taps.set(i, Math.min((int) centre, axis.source() - 1), new double[] {1});
        } else {
          double reach = (filter == Filter.BICUBIC ? 2 : 1) * stretch;
          int start = Math.max((int) (centre - reach + 0.5), 0);
          int end = Math.min((int) (centre + reach + 0.5), axis.source());
          double[] weights = new double[Math.max(end - start, 1)];
          for (int j = 0; j < weights.length; j++) {
            weights[j] = weight(filter, Math.abs((start + j - centre + 0.5) / stretch));
          }
          taps.set(i, start, weights);
        }
      }
      return taps;
    }

    private void set(int i, int start, double[] parts) {
      double sum = Arrays.stream(parts).sum();
      starts[i] = start;
      counts[i] = parts.length;
      weights[i] = new int[parts.length];
      for (int j = 0; j < parts.length; j++) {
        weights[i][j] = (int) Math.round(parts[j] / sum * (1 << FRACTION_BITS));
      }
    }

    private static double weight(Filter filter, double distance) {
      if (filter != Filter.BICUBIC) {
        return Math.max(1 - distance, 0);
      }
      if (distance < 1) {
        return ((CUBIC + 2) * distance - (CUBIC + 3)) * distance * distance + 1;
      }
      return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * CUBIC : 0;
    }

    int firstSource() {
      return Arrays.stream(starts).min().orElse(0);
    }

    int lastSource() {
      int last = 0;
      for (int i = 0; i < starts.length; i++) {
        last = Math.max(last, starts[i] + counts[i]);
      }
      return last;
    }

    /** The same, of a picture that begins so many pixels later. */
    Taps before(int first) {
      return new Taps(Arrays.stream(starts).map(start -> start - first).toArray(), counts, weights);
    }

    /** One row, or one column, by distances between its pixels. */
    void apply(int[] from, int at, int step, int[] to, int toAt, int toStep) {
      for (int i = 0; i < starts.length; i++) {
        int[] parts = weights[i];
        int source = at + starts[i] * step;
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        for (int part : parts) {
          int pixel = from[source];
          red += (pixel >> 16 & 0xff) * part;
          green += (pixel >> 8 & 0xff) * part;
          blue += (pixel & 0xff) * part;
          source += step;
        }
        to[toAt + i * toStep] = sample(red) << 16 | sample(green) << 8 | sample(blue);
      }
    }

    private static int sample(int sum) {
      return Math.min(Math.max(sum >> FRACTION_BITS, 0), WHITE);
    }
  }
}
