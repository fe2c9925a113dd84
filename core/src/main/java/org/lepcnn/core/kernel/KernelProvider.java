/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;

/**
 * A family of kernels for one numeric library. Obtained from {@code choice.Kernels}, which
 * self-tests it.
 */
public interface KernelProvider {
  /** The name on the command line: one of {@code choice.Kernels.NAMES}. */
  String name();

  /**
   * Packs the weights of one layer.
   *
   * @param field what it computes in
   * @param geometry the layer
   * @param weights {@code geometry.weightCount()} int8 weights, −128 among them; copied or packed,
   *     not kept
   */
  LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights);

  /**
   * Packs the weights of one layer, whatever the number of their parts; a layer with two parts
   * costs two kernels and one pass that recombines their results.
   *
   * @param field what it computes in
   * @param weights {@code geometry.weightCount()} of them
   */
  default LinearKernel prepare(ResidueField field, ConvGeometry geometry, LayerWeights weights) {
    return PartedKernel.prepare(this, field, geometry, weights);
  }
}
