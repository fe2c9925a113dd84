/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import java.util.Arrays;

/**
 * Rounds the weights of one output channel to integers whose sums are those of the weights.
 *
 * <p>Let v = w/s be the weights in steps and q what they are rounded to. The channel's output is
 * off by s·Σ(q − v)·x. Activations behind a ReLU are not negative, and neighbours in a picture are
 * alike: x has a mean over all inputs of the channel, and one over each kernel. Nearest rounding
 * leaves Σ(q − v) to chance, some √(N/12) steps that the mean multiplies. Here
 *
 * <ul>
 *   <li>the kernels' sums t(g) are rounded to the nearest integers, and those that are farthest off
 *       to the other side until |Σt(g) − Σv| ≤ ½ over the channel;
 *   <li>the weights of each kernel are rounded to the nearest integers, and those that are farthest
 *       off to the other side until they sum up to t(g).
 * </ul>
 *
 * <p>So the mean shift of a channel is at most half a step, and that of a kernel mostly so, for
 * some k of N weights, k ≈ √(N/12), that are off by up to a step. No data are needed. A weight of
 * exactly zero stays zero, and no magnitude exceeds the limit; where that leaves no choice, a sum
 * remains off. The same weights always give the same integers: ties go to the first.
 */
final class BalancedRounding {
  private final double[] exact;
  private final int[] rounded;
  private final int limit;
  private long[] candidates = new long[16];

  private BalancedRounding(double[] exact, int limit) {
    this.exact = exact;
    this.rounded = new int[exact.length];
    this.limit = limit;
  }

  /**
   * Rounds a channel.
   *
   * @param steps the weights over their scale, at most {@code limit} in magnitude but for rounding
   * @param kernel how many successive weights read one input channel; divides their number
   * @param limit the largest magnitude of a result
   */
  static int[] round(double[] steps, int kernel, int limit) {
    BalancedRounding channel = new BalancedRounding(steps, limit);
    int kernels = steps.length / kernel;
    if (kernel == 1) {
      channel.roundTo(0, steps.length, nearest(sum(steps, 0, steps.length)));
      return channel.rounded;
    }
    double[] sums = new double[kernels];
    for (int g = 0; g < kernels; g++) {
      sums[g] = sum(steps, g * kernel, kernel);
    }
    BalancedRounding targets = new BalancedRounding(sums, Integer.MAX_VALUE);
    targets.roundTo(0, kernels, nearest(sum(sums, 0, kernels)));
    for (int g = 0; g < kernels; g++) {
      channel.roundTo(g * kernel, kernel, targets.rounded[g]);
    }
    return channel.rounded;
  }

  /** Rounds a range such that it sums up to a target as nearly as can be. */
  private void roundTo(int from, int count, long target) {
    long missing = target;
    for (int i = from; i < from + count; i++) {
      double nearest = Math.rint(exact[i]);
      rounded[i] = (int) Math.max(-limit, Math.min(limit, nearest));
      missing -= rounded[i];
    }
    int direction = Long.signum(missing);
    long wanted = Math.abs(missing);
    // where errors are spread evenly, a share f of them is within f of the largest
    double reach = 2.0 * (wanted + 4) / count;
    while (wanted > 0) {
      int found = collect(from, count, direction, 0.5 - reach);
      if (found >= wanted || reach > 2) {
        Arrays.sort(candidates, 0, found);
        for (int i = 0; i < Math.min(found, wanted); i++) {
          rounded[(int) candidates[i]] += direction;
        }
        return;
      }
      reach *= 2;
    }
  }

  /** Collects what may move in a direction and misses the exact value by at least {@code least}. */
  private int collect(int from, int count, int direction, double least) {
    int found = 0;
    for (int i = from; i < from + count; i++) {
      double gap = direction * (exact[i] - rounded[i]);
      if (gap >= least && exact[i] != 0 && Math.abs(rounded[i] + direction) <= limit) {
        if (found == candidates.length) {
          candidates = Arrays.copyOf(candidates, 2 * found);
        }
        // the largest gap first, then the first position
        candidates[found++] = (Math.round((1 - gap) * (1 << 30)) << 32) | i;
      }
    }
    return found;
  }

  private static double sum(double[] values, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += values[i];
    }
    return sum;
  }

  private static long nearest(double value) {
    return (long) Math.rint(value);
  }
}
