/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.onnx.graph.DeviceNodes;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.NewValues;

/**
 * Lets layers read integers where their input lies on a {@link Grid}.
 *
 * <p>The device masks multiples of a power of two: it hits the elements k·s of a grid only where s
 * is one. So for any other s a layer reads the integers k, and s goes to its output channels. The
 * device has k
 *
 * <ul>
 *   <li>from a DequantizeLinear of scale 1 beside that of scale s;
 *   <li>as what the model multiplies with s, or divides by 1/s;
 *   <li>else as the rounded quotient of the element and s, which is k for |k| up to 2²⁰: the
 *       element and the quotient are off by 2⁻²⁴ of themselves.
 * </ul>
 */
public final class IntegerInputs {
  private static final double MAX_RECOVERED = 1 << 20;

  /** The first operator set with Round. */
  private static final int OPSET_OF_ROUND = 11;

  private final Graph graph;
  private final InstrumentedRun run;
  private final GridFlow flow;
  private final NewValues values;
  private final IntegerOperands operands;
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, Reading> readings = new HashMap<>();

  /**
   * What a layer reads instead of a value.
   *
   * @param value its name
   * @param nodes new nodes that make it
   * @param step what its integers are multiplied with
   */
  private record Reading(String value, List<Node> nodes, double step) {}

  IntegerInputs(Graph graph, InstrumentedRun run, IntegerOperands operands) {
    this.graph = graph;
    this.run = run;
    this.flow = new GridFlow(graph, run);
    this.values = new NewValues(graph, run);
    this.operands = operands;
    for (Node node : graph.nodes()) {
      node.outputs().forEach(output -> producers.put(output, node));
    }
  }

  /** Lets a layer that reads a grid read its integers, where they can be had. */
  public void apply(LinearLayer layer) {
    if (layer.inputGrid() != null) {
      return;
    }
    String value = layer.modelInput();
    Grid grid = flow.of(value);
    if (grid == null) {
      return;
    }
    if (grid.isPowerOfTwo()) {
      layer.readsGrid(grid);
      return;
    }
    Reading reading = readings.computeIfAbsent(value, name -> reading(name, grid));
    if (reading.step() != 0) {
      layer.readIntegers(reading.value(), reading.nodes(), reading.step(), grid.limit());
    }
  }

  private Reading reading(String value, Grid grid) {
    Node producer = producers.get(value);
    if (producer != null && GridFlow.isQuantization(producer)) {
      return dequantized(value, producer, grid);
    }
    Reading operand = producer == null ? null : operand(producer);
    return operand != null ? operand : quotient(value, grid);
  }

  private Reading dequantized(String value, Node producer, Grid grid) {
    if (producer.domain().isEmpty()) {
      // shared with operators on integers
      IntegerOperands.Input input = operands.withoutZero(producer.input(0), producer.input(2));
      return new Reading(input.integers(), input.nodes(), grid.step());
    }
    TensorProto scale = graph.constants().get(producer.input(1));
    String one = values.constant(value + "_one", new float[] {1}, Tensors.dims(scale));
    String integers = values.of(value + "_integers", run.type(value));
    return new Reading(
        integers, List.of(producer.as(integers + "_node", integers, 1, one)), grid.step());
  }

  /** The integers that the model itself multiplies or divides; null where it does not. */
  private Reading operand(Node producer) {
    for (int i = 0; i < 2 && (producer.is("Mul") || producer.is("Div")); i++) {
      Grid grid = flow.of(producer.input(i));
      Double number = flow.number(producer.input(1 - i));
      boolean factor = producer.is("Mul") || i == 0;
      boolean same =
          number != null
              && run.type(producer.input(i)).isFloat()
              && Tensors.elements(run.type(producer.input(i)).dims())
                  == Tensors.elements(run.type(producer.output()).dims());
      if (grid != null && grid.isPowerOfTwo() && factor && same) {
        double step = producer.is("Mul") ? number : 1 / number;
        return new Reading(producer.input(i), List.of(), step);
      }
    }
    return null;
  }

  private Reading quotient(String value, Grid grid) {
    if (grid.limit() > MAX_RECOVERED || graph.opset() < OPSET_OF_ROUND) {
      return new Reading(value, List.of(), 0);
    }
    ValueType type = run.type(value);
    String step = values.constant(value + "_step", new float[] {(float) grid.step()});
    String steps = values.of(value + "_steps", type);
    String integers = values.of(value + "_integers", type);
    return new Reading(
        integers,
        List.of(
            DeviceNodes.make("Div", steps, value, step),
            DeviceNodes.make("Round", integers, steps)),
        grid.step());
  }
}
