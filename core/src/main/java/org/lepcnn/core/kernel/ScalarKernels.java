/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.DirectConvolution;

/**
 * The reference: the defining sum in 64-bit integers, then one reduction. Slow, and the oracle of
 * all tests.
 */
public final class ScalarKernels implements KernelProvider {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
    return new ScalarKernel(field, geometry, weights.clone());
  }

  private record ScalarKernel(ResidueField field, ConvGeometry geometry, byte[] weights)
      implements ArrayKernel {
    @Override
    public void apply(int count, int[][] inputs, int[][] outputs) {
      long[] sums = new long[geometry.outputSize()];
      for (int request = 0; request < count; request++) {
        DirectConvolution.apply(geometry, weights, inputs[request], sums);
        int[] output = outputs[request];
        for (int i = 0; i < sums.length; i++) {
          output[i] = reduceSum(field, sums[i]);
        }
      }
    }

    @Override
    public boolean isScalar() {
      return true;
    }

    @Override
    public void close() {
      // nothing native
    }
  }

  /** Reduces a signed sum of {@link DirectConvolution}: below 2⁶² in magnitude. */
  public static int reduceSum(ResidueField field, long sum) {
    return switch (field) {
      // 2³¹ ≡ 1: split into the signed high part (below 2³¹ in magnitude) and the low 31 bits
      case P31 -> Field31.reduceSigned((sum >> 31) + (sum & Field31.P));
      // fewer than 2²⁴ products of residues below 2²⁴ and weights of 2⁷ at most: below 2⁵⁵
      case P24 -> Field24.reduceSigned(sum);
    };
  }
}
