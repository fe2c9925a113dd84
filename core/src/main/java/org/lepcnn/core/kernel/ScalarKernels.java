/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import org.lepcnn.core.field.Field;
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
  public LinearKernel prepare(ConvGeometry geometry, byte[] weights) {
    return new ScalarKernel(geometry, weights.clone());
  }

  private record ScalarKernel(ConvGeometry geometry, byte[] weights) implements ArrayKernel {
    @Override
    public void apply(int count, int[][] inputs, int[][] outputs) {
      long[] sums = new long[geometry.outputSize()];
      for (int request = 0; request < count; request++) {
        DirectConvolution.apply(geometry, weights, inputs[request], sums);
        int[] output = outputs[request];
        for (int i = 0; i < sums.length; i++) {
          output[i] = reduceSum(sums[i]);
        }
      }
    }

    @Override
    public boolean isScalar() {
      return true;
    }

    /** Reduces a signed sum of magnitude below 2⁶²; the shifts keep it exact and branch-free. */
    private static int reduceSum(long sum) {
      // 2³¹ ≡ 1: split into the signed high part (below 2³¹ in magnitude) and the low 31 bits
      return Field.reduceSigned((sum >> 31) + (sum & Field.P));
    }

    @Override
    public void close() {
      // nothing native
    }
  }
}
