/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * How long one thread takes for linear layers.
 *
 * @param convolutionNanosPerMultiplication of kernels of several positions
 * @param pointwiseNanosPerMultiplication of 1×1 kernels and matrix products
 * @param depthwiseNanosPerMultiplication where every group has one input channel
 * @param weightNanos of fetching a weight: a layer takes at least that for each, and a fully
 *     connected one just that
 */
@PublicApi
public record LayerSpeeds(
    double convolutionNanosPerMultiplication,
    double pointwiseNanosPerMultiplication,
    double depthwiseNanosPerMultiplication,
    double weightNanos) {

  public LayerSpeeds {
    Limits.require("convolutionNanosPerMultiplication", convolutionNanosPerMultiplication);
    Limits.require("pointwiseNanosPerMultiplication", pointwiseNanosPerMultiplication);
    Limits.require("depthwiseNanosPerMultiplication", depthwiseNanosPerMultiplication);
    Limits.require("weightNanos", weightNanos);
  }

  /** What a layer takes. */
  public double nanos(ConvGeometry g) {
    return Math.max(g.macs() * perMultiplication(g), g.weightCount() * weightNanos);
  }

  private double perMultiplication(ConvGeometry g) {
    if (g.groups() > 1 && g.groups() == g.inChannels()) {
      return depthwiseNanosPerMultiplication;
    }
    return g.kernelSize() == 1
        ? pointwiseNanosPerMultiplication
        : convolutionNanosPerMultiplication;
  }
}
