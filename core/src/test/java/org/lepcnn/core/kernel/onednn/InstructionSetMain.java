/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.util.Arrays;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;

/** Chooses a kernel, compares it with the oracle on extreme operands, prints its name. */
final class InstructionSetMain {
  private InstructionSetMain() {}

  public static void main(String[] arguments) {
    KernelProvider provider = Kernels.choose(null);
    for (ConvGeometry geometry :
        new ConvGeometry[] {
          ConvGeometry.fullyConnected(2, 515, 33),
          ConvGeometry.of(64, 32, ConvAxis.centred(9, 3), ConvAxis.centred(9, 3))
        }) {
      byte[] weights = new byte[geometry.weightCount()];
      for (byte weight : new byte[] {127, -127, -128}) {
        Arrays.fill(weights, weight);
        for (ResidueField field : ResidueField.values()) {
          int size = geometry.inputSize();
          int[] largeLimbs = RandomLayers.constant(size, field.modulus() - (1 << 16));
          compare(provider, field, geometry, weights, largeLimbs);
          compare(provider, field, geometry, weights, new RandomLayers(1).residues(field, size));
        }
      }
    }
    System.out.println("exact with " + provider.name());
  }

  private static void compare(
      KernelProvider provider,
      ResidueField field,
      ConvGeometry geometry,
      byte[] weights,
      int[] input) {
    int[] expected = new int[geometry.outputSize()];
    int[] found = new int[geometry.outputSize()];
    try (LinearKernel oracle = new ScalarKernels().prepare(field, geometry, weights);
        LinearKernel kernel = provider.prepare(field, geometry, weights)) {
      oracle.apply(input, expected);
      kernel.apply(input, found);
    }
    if (!Arrays.equals(expected, found)) {
      throw new IllegalStateException(provider.name() + " is wrong for " + geometry);
    }
  }
}
