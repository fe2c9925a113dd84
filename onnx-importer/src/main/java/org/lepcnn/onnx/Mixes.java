/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import org.lepcnn.onnx.plan.Precision;
import org.lepcnn.onnx.plan.Rounding;

/**
 * Mixes of precisions for one model. Layers that two mixes round alike have the same weights, as
 * objects, and are rounded once.
 */
public final class Mixes {
  private final PreparedImport prepared;
  private final Rounding rounding = new Rounding();

  public Mixes(PreparedImport prepared) {
    this.prepared = prepared;
  }

  /** Quantizes what no mix before had, and proves that no sum wraps around. */
  public Mix of(Precision precision) {
    return prepared.mix(precision, rounding, step -> {});
  }
}
