/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;

/**
 * The challenge vector c = Wᵀ(a⊗b), so that ⟨c, x⟩ = ⟨a⊗b, W·x⟩ for every x.
 *
 * <p>With y[n,o,i,j] = Σ w[o,c,u,v] · x[n, g(o)·C + c, row(i,u), column(j,v)]:
 *
 * <pre>
 *   wa[g,c,u,v]      = Σ over o in group g of a[o] · w[o,c,u,v]
 *   c[n, g·C+c, r, s] = Σ over (i,u) with row(i,u) = r, (j,v) with column(j,v) = s
 *                       of wa[g,c,u,v] · b[n,i,j]
 * </pre>
 *
 * Contracting W with a first makes c as cheap as one output channel. This path is scalar and shares
 * nothing with the kernels but the index map of the definition, so that it can find a kernel wrong.
 */
final class ChallengeVectors {
  private ChallengeVectors() {}

  /**
   * Computes c.
   *
   * @param field what the layer is computed in
   * @param g the layer
   * @param weights {@code g.weightCount()} of them
   * @param challenge a and b for this geometry
   * @return {@code g.inputSize()} canonical residues in the input's order
   */
  static int[] compute(
      ResidueField field, ConvGeometry g, LayerWeights weights, Challenge challenge) {
    challenge.require(g);
    if (weights.count() != g.weightCount()) {
      throw new IllegalArgumentException(
          "Challenge vector: expected %s weights; found %s."
              .formatted(g.weightCount(), weights.count()));
    }
    int[] contracted = contract(field, g, weights, challenge.a());
    int[] c = new int[g.inputSize()];
    int inPlane = g.inPlane();
    int taps = g.kernelSize();
    long[] sums = new long[inPlane];
    for (int n = 0; n < g.batch(); n++) {
      for (int channel = 0; channel < g.inChannels(); channel++) {
        // wa is [groups][C][kh][kw], so a channel's number over all groups is its row
        correlate(field, g, contracted, channel * taps, challenge.b(), n * g.planeSize(), sums);
        int base = (n * g.inChannels() + channel) * inPlane;
        for (int i = 0; i < inPlane; i++) {
          c[base + i] = field.reduce(sums[i]);
          sums[i] = 0;
        }
      }
    }
    return c;
  }

  /** wa; for weights of two parts 16 · (that of the high part) + that of the low part. */
  private static int[] contract(ResidueField field, ConvGeometry g, LayerWeights weights, int[] a) {
    int[] contracted = contract(field, g, weights.part(0), a);
    if (weights.parts() > 1) {
      int[] low = contract(field, g, weights.part(1), a);
      for (int k = 0; k < contracted.length; k++) {
        contracted[k] = field.reduce(((long) contracted[k] << LayerWeights.HIGH_SHIFT) + low[k]);
      }
    }
    return contracted;
  }

  /** wa: per group the sum over its output channels; |sum| stays below 2³⁸ · 2²⁴ = 2⁶². */
  private static int[] contract(ResidueField field, ConvGeometry g, byte[] weights, int[] a) {
    int fanIn = g.fanIn();
    int outPerGroup = g.outChannels() / g.groups();
    int[] contracted = new int[g.groups() * fanIn];
    long[] sums = new long[fanIn];
    for (int group = 0; group < g.groups(); group++) {
      for (int o = group * outPerGroup; o < (group + 1) * outPerGroup; o++) {
        long factor = a[o];
        int row = o * fanIn;
        for (int k = 0; k < fanIn; k++) {
          sums[k] += factor * weights[row + k];
        }
      }
      for (int k = 0; k < fanIn; k++) {
        contracted[group * fanIn + k] = reduceSigned(field, sums[k]);
        sums[k] = 0;
      }
    }
    return contracted;
  }

  private static int reduceSigned(ResidueField field, long sum) {
    return switch (field) {
      // 2³¹ ≡ 1: the signed high part and the low 31 bits keep the argument below 2⁶¹
      case P31 -> Field31.reduceSigned((sum >> 31) + (sum & Field31.P));
      // below 2⁵⁵
      case P24 -> Field24.reduceSigned(sum);
    };
  }

  /** Adds one channel's terms: each folded to below 2³³, at most 2²⁴ positions for one sum. */
  private static void correlate(
      ResidueField field,
      ConvGeometry g,
      int[] contracted,
      int tapBase,
      int[] b,
      int bBase,
      long[] sums) {
    ConvAxis height = g.height();
    ConvAxis width = g.width();
    for (int u = 0; u < height.kernel(); u++) {
      for (int v = 0; v < width.kernel(); v++) {
        long tap = contracted[tapBase + u * width.kernel() + v];
        for (int i = 0; i < height.out(); i++) {
          int row = height.input(i, u);
          if (row >= 0) {
            addRow(field, width, tap, v, b, bBase + i * width.out(), sums, row * width.in());
          }
        }
      }
    }
  }

  private static void addRow(
      ResidueField field,
      ConvAxis width,
      long tap,
      int v,
      int[] b,
      int bBase,
      long[] sums,
      int sumBase) {
    int out = width.out();
    if (width.inputDilation() == 1) {
      // the columns inside the input are a range: no test per element
      int offset = v * width.dilation() - width.padBefore();
      int stride = width.stride();
      int from = Math.max(0, Math.floorDiv(-offset + stride - 1, stride));
      int to = Math.min(out, Math.floorDiv(width.in() - 1 - offset, stride) + 1);
      int first = sumBase + offset;
      if (field == ResidueField.P24) {
        for (int j = from; j < to; j++) {
          sums[first + j * stride] += Field24.fold(tap * b[bBase + j]);
        }
      } else {
        for (int j = from; j < to; j++) {
          sums[first + j * stride] += Field31.fold(tap * b[bBase + j]);
        }
      }
      return;
    }
    for (int j = 0; j < out; j++) {
      int column = width.input(j, v);
      if (column >= 0) {
        sums[sumBase + column] += field.multiply((int) tap, b[bBase + j]);
      }
    }
  }
}
