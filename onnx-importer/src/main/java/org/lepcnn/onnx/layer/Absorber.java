/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.run.InstrumentedRun;

/**
 * Folds what directly follows a linear layer into it, in float64: BatchNormalization, and Add, Sub,
 * Mul and Div with constants that have one value per output channel. Only where the layer's result
 * has no other reader.
 */
public final class Absorber {
  private final Graph graph;
  private final InstrumentedRun run;
  private final Map<String, List<Node>> readers;
  private final Set<String> outputs;

  public Absorber(Graph graph, InstrumentedRun run) {
    this.graph = graph;
    this.run = run;
    this.readers = graph.readers();
    this.outputs = new HashSet<>(graph.outputs());
  }

  /**
   * Takes over as many of the following nodes as possible.
   *
   * @param taken nodes that a layer behind them does already
   */
  public void absorbFollowers(LinearLayer layer, Set<Node> taken) {
    // before opset 7 these operators broadcast and normalize differently
    while (layer.isOpen() && graph.opset() >= 7) {
      Node next = onlyReader(layer.output());
      if (next == null || taken.contains(next) || !absorb(layer, next)) {
        return;
      }
      layer.absorb(next, run.type(next.output()).dims());
    }
  }

  private Node onlyReader(String value) {
    List<Node> all = readers.getOrDefault(value, List.of());
    boolean alone =
        all.size() == 1
            && !outputs.contains(value)
            && all.get(0).timesRead(value) == 1
            && !all.get(0).captures().contains(value);
    return alone ? all.get(0) : null;
  }

  private boolean absorb(LinearLayer layer, Node next) {
    if (!next.domain().isEmpty()
        || next.outputs().size() != 1
        || !Arrays.equals(run.type(next.output()).dims(), layer.outputDims())) {
      return false;
    }
    return switch (next.op()) {
      case "BatchNormalization" -> normalize(layer, next);
      case "Add", "Sub", "Mul", "Div" -> combine(layer, next);
      default -> false;
    };
  }

  private boolean normalize(LinearLayer layer, Node node) {
    if (layer.channelAxis() != 1 || !node.input(0).equals(layer.output())) {
      return false;
    }
    Normalization parameters = Normalization.of(graph, node, layer.geometry().outChannels());
    return parameters != null && follow(layer, parameters.multiply(), parameters.add());
  }

  private boolean combine(LinearLayer layer, Node node) {
    boolean layerFirst = node.input(0).equals(layer.output());
    int channels = layer.geometry().outChannels();
    double[] constant =
        PerChannel.values(
            graph.constants().get(node.input(layerFirst ? 1 : 0)),
            layer.outputDims(),
            layer.channelAxis(),
            channels);
    if (constant == null || (node.is("Div") && !layerFirst)) {
      return false;
    }
    double[] multiply = new double[channels];
    double[] add = new double[channels];
    for (int i = 0; i < channels; i++) {
      multiply[i] =
          switch (node.op()) {
            case "Mul" -> constant[i];
            case "Div" -> 1 / constant[i];
            case "Sub" -> layerFirst ? 1 : -1;
            default -> 1;
          };
      add[i] =
          switch (node.op()) {
            case "Add" -> constant[i];
            case "Sub" -> layerFirst ? -constant[i] : constant[i];
            default -> 0;
          };
    }
    return follow(layer, multiply, add);
  }

  private static boolean follow(LinearLayer layer, double[] multiply, double[] add) {
    boolean finite =
        Arrays.stream(multiply).allMatch(Double::isFinite)
            && Arrays.stream(add).allMatch(Double::isFinite);
    if (finite) {
      layer.scaleAndShift(multiply, add);
    }
    return finite;
  }
}
