/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Optional;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.QuantizedGroup;
import org.lepcnn.onnx.graph.StaysOnDeviceException;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.run.BatchRows;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.ShapeFlow;

/** Finds out whether a node is a linear layer with constant weights, and of which geometry. */
public final class Recognizer {
  private static final Set<String> OPERATORS = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");

  private final ShapeFlow flow;
  private final BatchRows rows;
  private final ConvRecognizer convolutions;
  private final MatrixRecognizer matrices;
  private final IntegerRecognizer integers;
  private final IntegerInputs inputs;
  private final QuantizedGroup.Finder groups;

  public Recognizer(Graph graph, InstrumentedRun run, ShapeFlow flow) {
    this.flow = flow;
    this.rows = run.rows();
    this.convolutions = new ConvRecognizer(graph, run);
    this.matrices = new MatrixRecognizer(graph, run);
    IntegerOperands operands = new IntegerOperands(graph, run);
    this.integers = new IntegerRecognizer(graph, run, convolutions, matrices, operands);
    this.inputs = new IntegerInputs(graph, run, operands);
    this.groups = new QuantizedGroup.Finder(graph, run::type);
  }

  /** Whether the node is of a kind that appears in the report. */
  public static boolean multiplies(String domain, String op) {
    boolean standard = domain.isEmpty() || domain.equals("ai.onnx");
    return (standard && OPERATORS.contains(op)) || IntegerForm.of(domain, op) != null;
  }

  /** What lets layers read integers. */
  public IntegerInputs inputs() {
    return inputs;
  }

  /**
   * Recognises a node of one of the {@link #multiplies} kinds.
   *
   * @throws StaysOnDeviceException with the reason why it cannot be offloaded
   */
  public LinearLayer recognize(Node node) throws StaysOnDeviceException {
    LinearLayer layer = recognized(node);
    boolean inRows =
        rows.hold(layer.modelInput())
            && rows.hold(node.output())
            && layer.geometry().batch() % rows.batch() == 0;
    if (!inRows) {
      throw new StaysOnDeviceException(
          "its input does not hold the %s inputs of a pass one after the other"
              .formatted(rows.batch()));
    }
    return layer;
  }

  private LinearLayer recognized(Node node) throws StaysOnDeviceException {
    for (String value : node.reads()) {
      if (flow.kind(value) == ShapeFlow.Kind.DYNAMIC) {
        throw new StaysOnDeviceException("the shape of its input depends on the data");
      }
    }
    IntegerForm form = IntegerForm.of(node.domain(), node.op());
    try {
      if (form != null) {
        return integers.recognize(node, form);
      }
      Optional<LinearLayer> quantized = groups.around(node).flatMap(group -> of(group, node));
      if (quantized.isPresent()) {
        return quantized.get();
      }
      return switch (node.op()) {
        case "Conv" -> convolutions.conv(node);
        case "ConvTranspose" -> convolutions.convTranspose(node);
        case "Gemm" -> matrices.gemm(node);
        case "MatMul" -> matrices.matMul(node);
        default -> throw new IllegalArgumentException("Not a linear operator: " + node);
      };
    } catch (BadInputException e) {
      throw new StaysOnDeviceException(e.getMessage());
    }
  }

  /** A group around a node as a layer on integers; empty where it is none in that form. */
  private Optional<LinearLayer> of(QuantizedGroup group, Node node) {
    Node operator = group.operator();
    try {
      LinearLayer layer =
          integers.recognize(operator, IntegerForm.of(operator.domain(), operator.op()));
      layer.standsFor(node, group.followers());
      return Optional.of(layer);
    } catch (StaysOnDeviceException | BadInputException e) {
      return Optional.empty();
    }
  }

  /** Only float32 is offloaded. */
  static void requireFloat(ValueType input, TensorProto weights) throws StaysOnDeviceException {
    if (!input.isFloat() || !Tensors.isFloat(weights)) {
      throw new StaysOnDeviceException(
          "only float32 is offloaded; it has %s weights and %s input"
              .formatted(
                  TensorProto.DataType.forNumber(weights.getDataType()),
                  TensorProto.DataType.forNumber(input.onnxType())),
          "Export the model in float32.");
    }
  }
}
