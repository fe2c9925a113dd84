/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.List;

/** Makes one long vector of each member's feature maps. */
final class Flatten implements Layer {
  private Batch input;

  @Override
  public Batch forward(Batch batch, boolean training) {
    input = batch;
    return new Batch(batch.count, batch.memberSize(), 1, 1, batch.values);
  }

  @Override
  public Batch backward(Batch outputGradient) {
    return input.with(outputGradient.values);
  }

  @Override
  public String export(OnnxGraph graph, String inputName) {
    return graph.node(
        "Flatten", graph.fresh("flatten"), List.of(inputName), OnnxGraph.integer("axis", 1));
  }
}
