/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.DeviceNodes;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StaysOnDeviceException;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.run.InstrumentedRun;

/**
 * Folds what directly follows a linear layer into it, in float64: BatchNormalization, and Add, Sub,
 * Mul and Div with constants that have one value per output channel. Only where the layer's result
 * has no other reader. Behind a layer whose sums are exact only what keeps the model's rounding,
 * see {@link FloatOrder}: what follows may be a Floor.
 */
public final class Absorber {
  private static final Set<String> FOLDABLE =
      Set.of("BatchNormalization", "Add", "Sub", "Mul", "Div");

  private static final double MAX_EXACT_INTEGER = 1 << 24;

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
   * @throws StaysOnDeviceException when the model reads sums as integers that float32 may not hold
   */
  public void absorbFollowers(LinearLayer layer, Set<Node> taken) throws StaysOnDeviceException {
    if (layer.lacksCast()) {
      cast(layer);
      layer.lacksCast(false);
    }
    FloatOrder order = null;
    // before opset 7 these operators broadcast and normalize differently
    while (layer.isOpen() && graph.opset() >= 7) {
      Node next = onlyReader(layer.output());
      if (next == null || taken.contains(next) || !FOLDABLE.contains(next.op())) {
        return;
      }
      order = order == null ? layer.order() : order;
      if (!absorb(layer, next, order)) {
        return;
      }
      layer.absorb(next, run.type(next.output()).dims());
    }
  }

  /** Lets a layer of integers give what the model casts to float32, or casts it back. */
  private void cast(LinearLayer layer) throws StaysOnDeviceException {
    String integers = layer.node().output();
    Node next = onlyReader(integers);
    boolean toFloat =
        next != null && next.is("Cast") && next.integer("to", Tensors.FLOAT) == Tensors.FLOAT;
    if (toFloat) {
      layer.absorb(next, layer.outputDims());
    } else if (layer.largestSum() <= MAX_EXACT_INTEGER) {
      Node back = DeviceNodes.cast(integers, layer.output(), TensorProto.DataType.INT32);
      layer.writeInstead(layer.output(), List.of(back));
    } else {
      throw new StaysOnDeviceException(
          "its sums may be beyond the integers of float32, and are not cast to float32");
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

  private boolean absorb(LinearLayer layer, Node next, FloatOrder order) {
    if (!next.domain().isEmpty()
        || next.outputs().size() != 1
        || !Arrays.equals(run.type(next.output()).dims(), layer.outputDims())) {
      return false;
    }
    return next.is("BatchNormalization")
        ? normalize(layer, next, order)
        : combine(layer, next, order);
  }

  private boolean normalize(LinearLayer layer, Node node, FloatOrder order) {
    if (layer.channelAxis() != 1 || !node.input(0).equals(layer.output())) {
      return false;
    }
    int channels = layer.geometry().outChannels();
    Normalization parameters =
        order.exact()
            ? Normalization.inFloat(graph, node, channels)
            : Normalization.of(graph, node, channels);
    return parameters != null && follow(layer, parameters.multiply(), parameters.add(), order);
  }

  private boolean combine(LinearLayer layer, Node node, FloatOrder order) {
    boolean layerFirst = node.input(0).equals(layer.output());
    int channels = layer.geometry().outChannels();
    double[] constant =
        PerChannel.values(
            graph.constants().get(node.input(layerFirst ? 1 : 0)),
            layer.outputDims(),
            layer.channelAxis(),
            channels);
    if (constant == null || (node.is("Div") && !(layerFirst && order.allowsDivision(constant)))) {
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
    return follow(layer, multiply, add, order);
  }

  private static boolean follow(
      LinearLayer layer, double[] multiply, double[] add, FloatOrder order) {
    boolean finite =
        Arrays.stream(multiply).allMatch(Double::isFinite)
            && Arrays.stream(add).allMatch(Double::isFinite);
    if (!finite || !order.allows(multiply, add)) {
      return false;
    }
    layer.scaleAndShift(multiply, add);
    return true;
  }
}
