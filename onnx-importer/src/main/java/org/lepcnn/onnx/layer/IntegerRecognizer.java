/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.onnx.graph.DeviceNodes;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StaysOnDeviceException;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.NewValues;

/**
 * Convolutions and products of 8-bit integers: ConvInteger, MatMulInteger, QLinearConv,
 * QLinearMatMul, QGemm, MatMulIntegerToFloat and DynamicQuantizeMatMul with constant weights and
 * constant scales of these.
 *
 * <p>The layer multiplies what the zero points leave, (x − z_x) and (w − z_w), which is what
 * padding with z_x means too. The device makes x − z_x with a DequantizeLinear of scale 1, whether
 * z_x is constant or computed, and rounds the layer's sums as ONNX Runtime's kernels do. For
 * results of integers a sum with its bias becomes float32, is multiplied with s_x·s_w/s_y, rounded
 * half to even, shifted by z_y and clipped. For results of floats it becomes float32, is multiplied
 * with s_x·s_w, and the bias is added.
 */
final class IntegerRecognizer {
  private static final int OPSET_OF_INTEGERS = 10;

  private final Graph graph;
  private final InstrumentedRun run;
  private final ConvRecognizer convolutions;
  private final MatrixRecognizer matrices;
  private final IntegerOperands operands;
  private final NewValues values;

  IntegerRecognizer(
      Graph graph,
      InstrumentedRun run,
      ConvRecognizer convolutions,
      MatrixRecognizer matrices,
      IntegerOperands operands) {
    this.graph = graph;
    this.run = run;
    this.convolutions = convolutions;
    this.matrices = matrices;
    this.operands = operands;
    this.values = new NewValues(graph, run);
  }

  LinearLayer recognize(Node node, IntegerForm form) throws StaysOnDeviceException {
    if (graph.opset() < OPSET_OF_INTEGERS) {
      throw new StaysOnDeviceException("integers before opset 10 are not recognised");
    }
    IntegerOperands.Input input = operands.input(node, form);
    String sums = values.floats(node.output() + "_sums", run.type(node.output()).dims());
    Node product = operands.product(node, form, input, sums);
    LinearLayer layer =
        form.operator().equals("Conv")
            ? convolutions.conv(product)
            : form.operator().equals("Gemm") ? matrices.gemm(product) : matrices.matMul(product);
    boolean channelsHaveAnAxis =
        layer.channelAxis() != LinearLayer.NO_AXIS || layer.geometry().outChannels() == 1;
    if (!layer.isOpen() || !channelsHaveAnAxis) {
      throw new StaysOnDeviceException("integers in batches of matrices are not recognised");
    }
    layer.standsFor(node, input.nodes(), product, input.grid());
    if (form.givesSums()) {
      layer.lacksCast(true);
    } else if (graph.isConstant(input.scale())) {
      scale(layer, node, form, constants(input.scale())[0]);
    } else {
      scale(layer, node, form, input.scale());
    }
    return layer;
  }

  /** Scales the sums as ONNX Runtime does, which multiplies in this order in float32. */
  private void scale(LinearLayer layer, Node node, IntegerForm form, float inputScale)
      throws StaysOnDeviceException {
    float[] scales = weightScales(layer, node, form);
    String outputScale = IntegerForm.at(node, form.outputScale());
    float divisor = outputScale.isEmpty() ? 1 : constants(outputScale)[0];
    float scaled = inputScale * node.real("alpha", 1);
    double[] factors = new double[layer.geometry().outChannels()];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = scaled * scales[scales.length == 1 ? 0 : i] / divisor;
    }
    String addend = IntegerForm.at(node, form.addend());
    double[] addends =
        addend.isEmpty()
            ? new double[factors.length]
            : PerChannel.values(graph.constants().get(addend), factors.length);
    if (addends == null || !layer.order().allows(factors, addends)) {
      multiply(layer, node, form, perChannel(layer, factors));
    } else if (outputScale.isEmpty()) {
      layer.scaleAndShift(factors, addends);
      layer.writeInstead(node.output(), List.of());
    } else {
      layer.scaleOutputs(factors);
      String floats = values.floats(node.output() + "_scaled", layer.outputDims());
      layer.writeInstead(floats, List.of(quantization(node, form, floats)));
    }
  }

  /** The same by a scale that is computed in every pass. */
  private void scale(LinearLayer layer, Node node, IntegerForm form, String inputScale)
      throws StaysOnDeviceException {
    if (!IntegerForm.at(node, form.outputScale()).isEmpty() || node.real("alpha", 1) != 1) {
      throw new StaysOnDeviceException("its scales are not constant");
    }
    float[] scales = weightScales(layer, node, form);
    double[] all = new double[layer.geometry().outChannels()];
    for (int i = 0; i < all.length; i++) {
      all[i] = scales[scales.length == 1 ? 0 : i];
    }
    String own = perChannel(layer, all);
    String factors = values.floats(node.output() + "_scales", run.type(own).dims());
    Node product = DeviceNodes.make("Mul", factors, inputScale, own);
    multiply(layer, node, form, factors, product);
  }

  /** Lets the device multiply the sums with factors, and do what follows. */
  private void multiply(
      LinearLayer layer, Node node, IntegerForm form, String factors, Node... before) {
    List<Node> finishing = new ArrayList<>(List.of(before));
    String addend = IntegerForm.at(node, form.addend());
    boolean quantizes = !IntegerForm.at(node, form.outputScale()).isEmpty();
    boolean isLast = addend.isEmpty() && !quantizes;
    String product =
        isLast ? node.output() : values.floats(node.output() + "_product", layer.outputDims());
    finishing.add(DeviceNodes.make("Mul", product, layer.output(), factors));
    if (!addend.isEmpty()) {
      finishing.add(DeviceNodes.make("Add", node.output(), product, addend));
    } else if (quantizes) {
      finishing.add(quantization(node, form, product));
    }
    layer.writeInstead(layer.output(), finishing);
  }

  private Node quantization(Node node, IntegerForm form, String floats) {
    String one = values.constant(node.output() + "_one", new float[] {1});
    String zero = IntegerForm.at(node, form.outputZero());
    return zero.isEmpty()
        ? DeviceNodes.make("QuantizeLinear", node.output(), floats, one)
        : DeviceNodes.make("QuantizeLinear", node.output(), floats, one, zero);
  }

  /** Factors as a constant that is broadcast along the channels of the layer's result. */
  private String perChannel(LinearLayer layer, double[] factors) {
    float[] floats = new float[factors.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) factors[i];
    }
    boolean one = layer.channelAxis() == LinearLayer.NO_AXIS;
    long[] dims = new long[one ? 1 : layer.outputDims().length - layer.channelAxis()];
    Arrays.fill(dims, 1);
    dims[0] = floats.length;
    return values.constant(layer.output() + "_factors", floats, dims);
  }

  private float[] weightScales(LinearLayer layer, Node node, IntegerForm form)
      throws StaysOnDeviceException {
    float[] scales = constants(node.input(form.weightScale()));
    if (scales.length != 1 && scales.length != layer.geometry().outChannels()) {
      throw new StaysOnDeviceException("the scales of its weights are not one per channel");
    }
    return scales;
  }

  private float[] constants(String value) throws StaysOnDeviceException {
    TensorProto constant = graph.constants().get(value);
    if (constant == null) {
      throw new StaysOnDeviceException("its scales are not constant");
    }
    if (!Tensors.isFloat(constant)) {
      throw new StaysOnDeviceException("its scales are not float32");
    }
    return Tensors.floats(constant);
  }
}
