/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.Fingerprint;

/**
 * Which layers may fall back to the scalar kernel. It takes a thread of the edge for many times
 * what a native kernel takes, so one such layer can starve everybody else.
 *
 * <p>A layer of fewer than {@value #FEW} multiplications may, since it takes milliseconds there.
 * One of many groups may up to {@value #FEW_OF_GROUPS}: a depthwise convolution gains little by any
 * other kernel. Everything may where the operator has chosen the scalar kernel, or allowed it.
 */
final class ScalarLayers {
  /** The largest depthwise convolution of a MobileNet at 224 × 224 has 4,064,256. */
  static final long FEW = 1L << 22;

  static final long FEW_OF_GROUPS = 1L << 24;

  /** From here on a layer is mostly depthwise. */
  static final int MANY_GROUPS = 17;

  private ScalarLayers() {}

  /**
   * Refuses a kernel that fell back where that costs too much.
   *
   * @throws ModelRefusedException says which layer, and what to do
   */
  static void require(
      Fingerprint model,
      int layer,
      LinearKernel kernel,
      KernelProvider provider,
      boolean allowScalar) {
    ConvGeometry geometry = kernel.geometry();
    if (!kernel.isScalar()
        || allowScalar
        || provider.name().equals("scalar")
        || geometry.macs() < bound(geometry)) {
      return;
    }
    throw ModelRefusedException.about("Preparing model " + model.shortName())
        .expected(
            "kernels of %s for all layers of %d multiplications and more"
                .formatted(provider.name(), bound(geometry)))
        .found(
            "that layer %s, which has %d, runs on the scalar kernel on this machine (%s)"
                .formatted(layer, geometry.macs(), geometry),
            "To serve it slowly, start the edge with --allow-scalar.");
  }

  private static long bound(ConvGeometry geometry) {
    return geometry.groups() < MANY_GROUPS ? FEW : FEW_OF_GROUPS;
  }
}
