/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
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

/**
 * Convolutions and products of 8-bit integers: ConvInteger, MatMulInteger, QLinearConv,
 * QLinearMatMul and QGemm with constant weights, scales and output parameters.
 *
 * <p>The layer multiplies what the zero points leave, (x − z_x) and (w − z_w), which is what
 * padding with z_x means too. The device makes x − z_x with a DequantizeLinear of scale 1, whether
 * z_x is constant or computed, and rounds the layer's sums as ONNX Runtime's kernels do: a sum with
 * its bias becomes float32, is multiplied with s_x·s_w/s_y, rounded half to even, shifted by z_y
 * and clipped.
 */
final class IntegerRecognizer {
  private static final int OPSET_OF_INTEGERS = 10;

  private final Graph graph;
  private final InstrumentedRun run;
  private final ConvRecognizer convolutions;
  private final MatrixRecognizer matrices;
  private final Map<List<String>, Node> inputs = new HashMap<>();

  IntegerRecognizer(
      Graph graph, InstrumentedRun run, ConvRecognizer convolutions, MatrixRecognizer matrices) {
    this.graph = graph;
    this.run = run;
    this.convolutions = convolutions;
    this.matrices = matrices;
  }

  LinearLayer recognize(Node node, IntegerForm form) throws StaysOnDeviceException {
    if (graph.opset() < OPSET_OF_INTEGERS) {
      throw new StaysOnDeviceException("integers before opset 10 are not recognised");
    }
    Node input = input(node, form);
    String sums = fresh(node.output() + "_sums", run.type(node.output()).dims());
    Node product = product(node, form, input.output(), sums);
    LinearLayer layer =
        form.operator().equals("Conv")
            ? convolutions.conv(product)
            : form.operator().equals("Gemm") ? matrices.gemm(product) : matrices.matMul(product);
    boolean channelsHaveAnAxis =
        layer.channelAxis() != LinearLayer.NO_AXIS || layer.geometry().outChannels() == 1;
    if (!layer.isOpen() || !channelsHaveAnAxis) {
      throw new StaysOnDeviceException("integers in batches of matrices are not recognised");
    }
    IntegerRange range = IntegerRange.of(run.type(node.input(0)));
    double limit = range.limitAround(graph, IntegerForm.at(node, form.inputZero()));
    layer.standsFor(node, input, product, Grid.integers(limit));
    if (form.givesSums()) {
      layer.lacksCast(true);
    } else {
      requantize(layer, node, form);
    }
    return layer;
  }

  /** What makes x − z_x; the same for all layers that read the same. */
  private Node input(Node node, IntegerForm form) throws StaysOnDeviceException {
    String value = node.input(0);
    String zero = IntegerForm.at(node, form.inputZero());
    if (graph.isConstant(value)) {
      throw new StaysOnDeviceException("its weights are not its second operand");
    }
    if (!zero.isEmpty() && Tensors.elements(run.type(zero).dims()) != 1) {
      throw new StaysOnDeviceException("its input has a zero point for every row");
    }
    return inputs.computeIfAbsent(
        List.of(value, zero),
        key -> {
          String integers = fresh(value + "_integers", run.type(value).dims());
          String one = constant(value + "_one", new float[] {1});
          return zero.isEmpty()
              ? DeviceNodes.make("DequantizeLinear", integers, value, one)
              : DeviceNodes.make("DequantizeLinear", integers, value, one, zero);
        });
  }

  /** The operator of floats on the integers. */
  private Node product(Node node, IntegerForm form, String input, String sums)
      throws StaysOnDeviceException {
    List<String> operands = new ArrayList<>(List.of(input, weights(node, form)));
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
    int[] values = Tensors.integers(weights);
    float[] differences = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      differences[i] = values[i] - zeros[(int) (i / inner % zeros.length)];
    }
    return constant(node.output() + "_weights", differences, dims);
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
    int[] values = Tensors.integers(required(bias, "its bias is not constant"));
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = values[i];
    }
    return constant(node.output() + "_bias", floats, run.type(bias).dims());
  }

  /** Rounds the sums as ONNX Runtime does, which multiplies in this order in float32. */
  private void requantize(LinearLayer layer, Node node, IntegerForm form)
      throws StaysOnDeviceException {
    float[] scales = floats(node, form.weightScale());
    float inputScale = floats(node, form.inputScale())[0] * node.real("alpha", 1);
    boolean quantizes = node.hasInput(form.outputScale());
    float outputScale = quantizes ? floats(node, form.outputScale())[0] : 1;
    int channels = layer.geometry().outChannels();
    if (scales.length != 1 && scales.length != channels) {
      throw new StaysOnDeviceException("the scales of its weights are not one per channel");
    }
    double[] factors = new double[channels];
    for (int i = 0; i < channels; i++) {
      factors[i] = inputScale * scales[scales.length == 1 ? 0 : i] / outputScale;
    }
    List<Node> finishing = new ArrayList<>();
    String scaled =
        quantizes ? fresh(node.output() + "_scaled", layer.outputDims()) : node.output();
    boolean folded = layer.order().allows(factors, new double[channels]);
    if (folded && quantizes) {
      layer.scaleOutputs(factors);
    } else if (folded) {
      layer.scaleAndShift(factors, new double[channels]);
    } else {
      finishing.add(DeviceNodes.make("Mul", scaled, layer.output(), perChannel(layer, factors)));
    }
    if (quantizes) {
      String one = constant(node.output() + "_one", new float[] {1});
      String zero = IntegerForm.at(node, form.outputZero());
      finishing.add(
          zero.isEmpty()
              ? DeviceNodes.make("QuantizeLinear", node.output(), scaled, one)
              : DeviceNodes.make("QuantizeLinear", node.output(), scaled, one, zero));
    }
    layer.writeInstead(folded ? scaled : layer.output(), finishing);
  }

  /** Factors as a constant that is broadcast along the channels of the layer's result. */
  private String perChannel(LinearLayer layer, double[] factors) {
    float[] values = new float[factors.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) factors[i];
    }
    boolean one = layer.channelAxis() == LinearLayer.NO_AXIS;
    long[] dims = new long[one ? 1 : layer.outputDims().length - layer.channelAxis()];
    Arrays.fill(dims, 1);
    dims[0] = values.length;
    return constant(layer.output() + "_factors", values, dims);
  }

  private float[] floats(Node node, int place) throws StaysOnDeviceException {
    TensorProto constant = required(node.input(place), "its scales are not constant");
    if (!Tensors.isFloat(constant)) {
      throw new StaysOnDeviceException("its scales are not float32");
    }
    return Tensors.floats(constant);
  }

  private TensorProto required(String value, String otherwise) throws StaysOnDeviceException {
    TensorProto constant = graph.constants().get(value);
    if (constant == null) {
      throw new StaysOnDeviceException(otherwise);
    }
    return constant;
  }

  private String fresh(String base, long[] dims) {
    String name = graph.freshName(base);
    run.types().put(name, new ValueType(Tensors.FLOAT, dims));
    return name;
  }

  private String constant(String base, float[] values, long... dims) {
    TensorProto tensor = Tensors.of(graph.freshName(base), values, dims);
    graph.constants().put(tensor.getName(), tensor);
    run.types().put(tensor.getName(), ValueType.of(tensor));
    return tensor.getName();
  }
}
