/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.onnx.graph.DeviceNodes;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StaysOnDeviceException;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.NewValues;

/**
 * What operators on integers multiply, as float32: inputs, weights and biases without their zero
 * points.
 */
final class IntegerOperands {
  private static final int OPSET_OF_DYNAMIC_QUANTIZATION = 11;

  private final Graph graph;
  private final InstrumentedRun run;
  private final NewValues values;
  private final Map<List<String>, Input> inputs = new HashMap<>();

  /**
   * x − z of an input x.
   *
   * @param integers its name
   * @param nodes new nodes that make it
   * @param scale what its operator multiplies it with; empty where the operator has no scales
   * @param grid where its elements lie
   */
  record Input(String integers, List<Node> nodes, String scale, Grid grid) {
    Input withScale(String value) {
      return new Input(integers, nodes, value, grid);
    }
  }

  IntegerOperands(Graph graph, InstrumentedRun run) {
    this.graph = graph;
    this.run = run;
    this.values = new NewValues(graph, run);
  }

  /** The input of a node; layers that read the same share it. */
  Input input(Node node, IntegerForm form) throws StaysOnDeviceException {
    String value = node.input(0);
    if (graph.isConstant(value)) {
      throw new StaysOnDeviceException("its weights are not its second operand");
    }
    if (form.quantizesInput()) {
      if (graph.opset() < OPSET_OF_DYNAMIC_QUANTIZATION) {
        throw new StaysOnDeviceException("dynamic quantization before opset 11 is not recognised");
      }
      return inputs.computeIfAbsent(List.of(value), key -> quantized(value));
    }
    String zero = IntegerForm.at(node, form.inputZero());
    if (!zero.isEmpty() && Tensors.elements(run.type(zero).dims()) != 1) {
      throw new StaysOnDeviceException("its input has a zero point for every row");
    }
    return withoutZero(value, zero).withScale(IntegerForm.at(node, form.inputScale()));
  }

  /** A value less a zero point; empty stands for 0. */
  Input withoutZero(String value, String zero) {
    return inputs.computeIfAbsent(
        List.of(value, zero), key -> withoutZero(value, value, zero, List.of()));
  }

  /** Quantizes a value of floats as DynamicQuantizeLinear does. */
  private Input quantized(String value) {
    ValueType bytes = new ValueType(TensorProto.DataType.UINT8_VALUE, run.type(value).dims());
    String integers = values.of(value + "_quantized", bytes);
    String scale = values.floats(value + "_scale");
    String zero =
        values.of(value + "_zero", new ValueType(TensorProto.DataType.UINT8_VALUE, new long[0]));
    Node quantization =
        DeviceNodes.make("DynamicQuantizeLinear", List.of(integers, scale, zero), value);
    return withoutZero(value, integers, zero, List.of(quantization)).withScale(scale);
  }

  /** A DequantizeLinear of scale 1, whether the zero point is constant or computed. */
  private Input withoutZero(String base, String value, String zero, List<Node> before) {
    String integers = values.floats(base + "_integers", run.type(value).dims());
    String one = values.constant(base + "_one", new float[] {1});
    List<Node> nodes = new ArrayList<>(before);
    nodes.add(
        zero.isEmpty()
            ? DeviceNodes.make("DequantizeLinear", integers, value, one)
            : DeviceNodes.make("DequantizeLinear", integers, value, one, zero));
    double limit = IntegerRange.of(run.type(value)).limitAround(graph, zero);
    return new Input(integers, List.copyOf(nodes), "", Grid.integers(limit));
  }

  /** The operator of floats on an input. */
  Node product(Node node, IntegerForm form, Input input, String sums)
      throws StaysOnDeviceException {
    List<String> operands = new ArrayList<>(List.of(input.integers(), weights(node, form)));
    String bias = IntegerForm.at(node, form.bias());
    if (!bias.isEmpty()) {
      operands.add(bias(node, bias));
    }
    NodeProto.Builder product =
        NodeProto.newBuilder()
            .setOpType(form.operator())
            .setName(sums)
            .addAllInput(operands)
            .addOutput(sums);
    // alpha multiplies the scale
    node.proto().getAttributeList().stream()
        .filter(attribute -> !attribute.getName().equals("alpha"))
        .forEach(product::addAttribute);
    return new Node(product.build());
  }

  private String weights(Node node, IntegerForm form) throws StaysOnDeviceException {
    TensorProto weights = required(node.input(form.weights()), "its weights are not constant");
    String zeroPoint = IntegerForm.at(node, form.weightZero());
    int[] zeros = {0};
    if (!zeroPoint.isEmpty()) {
      zeros =
          Tensors.integers(required(zeroPoint, "the zero point of its weights is not constant"));
    }
    long[] dims = Tensors.dims(weights);
    long inner = zeros.length == 1 ? 1 : innerSize(node, form, dims, zeros.length);
    int[] integers = Tensors.integers(weights);
    float[] differences = new float[integers.length];
    for (int i = 0; i < integers.length; i++) {
      differences[i] = integers[i] - zeros[(int) (i / inner % zeros.length)];
    }
    return values.constant(node.output() + "_weights", differences, dims);
  }

  /** How many successive weights share the zero point of their output channel. */
  private static long innerSize(Node node, IntegerForm form, long[] dims, int zeros)
      throws StaysOnDeviceException {
    boolean first = form.operator().equals("Conv") || node.integer("transB", 0) != 0;
    int axis = first ? 0 : dims.length - 1;
    if (dims.length == 0 || dims[axis] != zeros) {
      throw new StaysOnDeviceException("the zero points of its weights are not one per channel");
    }
    return first ? Tensors.elements(dims) / dims[0] : 1;
  }

  private String bias(Node node, String bias) throws StaysOnDeviceException {
    int[] integers = Tensors.integers(required(bias, "its bias is not constant"));
    float[] floats = new float[integers.length];
    for (int i = 0; i < integers.length; i++) {
      floats[i] = integers[i];
    }
    return values.constant(node.output() + "_bias", floats, run.type(bias).dims());
  }

  private TensorProto required(String value, String otherwise) throws StaysOnDeviceException {
    TensorProto constant = graph.constants().get(value);
    if (constant == null) {
      throw new StaysOnDeviceException(otherwise);
    }
    return constant;
  }
}
