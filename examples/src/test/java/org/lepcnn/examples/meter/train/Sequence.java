/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.ArrayList;
import java.util.List;

/** Layers one after another. */
final class Sequence implements Layer {
  private final List<Layer> layers;

  Sequence(Layer... layers) {
    this.layers = List.of(layers);
  }

  @Override
  public Batch forward(Batch input, boolean training) {
    Batch current = input;
    for (Layer layer : layers) {
      current = layer.forward(current, training);
    }
    return current;
  }

  @Override
  public Batch backward(Batch outputGradient) {
    Batch current = outputGradient;
    for (int i = layers.size() - 1; i >= 0; i--) {
      current = layers.get(i).backward(current);
    }
    return current;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    for (Layer layer : layers) {
      parameters.addAll(layer.parameters());
    }
    return parameters;
  }

  @Override
  public String export(OnnxGraph graph, String input) {
    String current = input;
    for (Layer layer : layers) {
      current = layer.export(graph, current);
    }
    return current;
  }
}
