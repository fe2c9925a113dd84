/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * The known-answer test that every provider passes before it serves.
 *
 * <p>Its inputs are the extremes: every limb of every residue at its largest, every weight at 127
 * or −128. That is where an implementation that sums pairs of u8·s8 products with 16-bit saturation
 * goes wrong, silently. The expected residues follow from counting: all inputs equal a and all
 * weights equal w give y = taps · a · w mod p at a position with that many taps inside the input.
 */
public final class KernelSelfTest {
  private static final int[] RESIDUES_31 = {
    Field31.P - 1,
    0x7f00_ffff,
    0x00ff_00ff,
    0x7fff_ff00,
    0x3f7f_7f7f, // the largest signed limbs
    Field31.P - 0x3f80_8080, // the smallest
    1,
    0
  };
  private static final int[] RESIDUES_24 = {
    Field24.P - 1,
    0x00_ffff,
    0xff_00ff,
    0xff_ff00,
    0x7f_7f7f, // the largest signed limbs
    Field24.P - 0x80_8080, // the smallest
    1,
    0
  };
  private static final byte[] WEIGHTS = {127, -128, 1, 0};

  private KernelSelfTest() {}

  /**
   * Runs the test.
   *
   * @throws EnvironmentException when a residue is wrong
   */
  public static void require(KernelProvider provider) {
    String failure = run(provider);
    if (failure != null) {
      throw new EnvironmentException(
          ("Self-test of kernel %s: %s. This processor or library "
                  + "computes wrong sums; choose another kernel.")
              .formatted(provider.name(), failure));
    }
  }

  /** Whether the provider computes right results here. */
  public static boolean passes(KernelProvider provider) {
    return run(provider) == null;
  }

  /** What is wrong, or null. */
  private static @Nullable String run(KernelProvider provider) {
    for (ConvGeometry geometry :
        new ConvGeometry[] {
          ConvGeometry.fullyConnected(1, 256, 5),
          ConvGeometry.fullyConnected(3, 67, 33),
          ConvGeometry.of(64, 16, ConvAxis.centred(5, 3), ConvAxis.centred(7, 3)),
          new ConvGeometry(2, 6, 4, 2, ConvAxis.centred(4, 3), ConvAxis.centred(4, 3)),
          ConvGeometry.of(128, 32, ConvAxis.pointwise(6), ConvAxis.pointwise(6)),
          ConvGeometry.of(16, 64, ConvAxis.pointwise(12), ConvAxis.pointwise(12)),
          ConvGeometry.of(3, 32, ConvAxis.centred(12, 5), ConvAxis.centred(12, 5)),
          new ConvGeometry(1, 32, 32, 32, ConvAxis.centred(6, 3), ConvAxis.centred(6, 3))
        }) {
      for (byte weight : WEIGHTS) {
        for (ResidueField field : ResidueField.values()) {
          String failure = runLayer(provider, field, geometry, weight);
          if (failure != null) {
            return failure;
          }
        }
      }
    }
    return null;
  }

  /** What is wrong in one layer whose weights are all the same, or null. */
  private static @Nullable String runLayer(
      KernelProvider provider, ResidueField field, ConvGeometry geometry, byte weight) {
    byte[] weights = new byte[geometry.weightCount()];
    Arrays.fill(weights, weight);
    int[] input = new int[geometry.inputSize()];
    int[] output = new int[geometry.outputSize()];
    try (LinearKernel kernel = provider.prepare(field, geometry, weights)) {
      for (int residue : residues(field)) {
        Arrays.fill(input, residue);
        kernel.apply(input, output);
        for (int i = 0; i < output.length; i++) {
          int expected =
              field.multiply(residue, field.reduceSigned((long) taps(geometry, i) * weight));
          if (output[i] != expected) {
            return "%s, layer %s, weight %s, residue %s: expected %s, found %s"
                .formatted(field, geometry, weight, residue, expected, output[i]);
          }
        }
      }
    }
    return null;
  }

  private static int[] residues(ResidueField field) {
    return switch (field) {
      case P31 -> RESIDUES_31;
      case P24 -> RESIDUES_24;
    };
  }

  /** Products that contribute to output {@code index} of a stride-1 layer without dilation. */
  private static int taps(ConvGeometry g, int index) {
    int position = index % g.planeSize();
    int rows =
        overlap(
            position / g.width().out() - g.height().padBefore(),
            g.height().kernel(),
            g.height().in());
    int columns =
        overlap(
            position % g.width().out() - g.width().padBefore(), g.width().kernel(), g.width().in());
    return g.inChannels() / g.groups() * rows * columns;
  }

  private static int overlap(int from, int kernel, int size) {
    return Math.min(from + kernel, size) - Math.max(from, 0);
  }
}
