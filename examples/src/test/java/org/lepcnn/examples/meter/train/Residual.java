/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.ArrayList;
import java.util.List;

/** Two branches that read the same tensor and whose outputs are added. */
final class Residual implements Layer {
  private final Layer main;
  private final Layer shortcut;

  Residual(Layer main, Layer shortcut) {
    this.main = main;
    this.shortcut = shortcut;
  }

  @Override
  public Batch forward(Batch input, boolean training) {
    return sum(main.forward(input, training), shortcut.forward(input, training));
  }

  @Override
  public Batch backward(Batch outputGradient) {
    return sum(main.backward(outputGradient), shortcut.backward(outputGradient));
  }

  private static Batch sum(Batch first, Batch second) {
    float[] values = new float[first.values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = first.values[i] + second.values[i];
    }
    return first.with(values);
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>(main.parameters());
    parameters.addAll(shortcut.parameters());
    return parameters;
  }

  @Override
  public String export(OnnxGraph graph, String input) {
    String mainOutput = main.export(graph, input);
    String shortcutOutput = shortcut.export(graph, input);
    return graph.node("Add", graph.fresh("add"), List.of(mainOutput, shortcutOutput));
  }
}
