/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A small network with a residual, a depthwise convolution, pooling and a classifier, quantized in
 * one of the ways in which exporters do it. The float form gives every activation out, from which
 * the scales of the others are taken.
 */
final class QuantizedNetwork {
  /** How it is quantized. */
  enum Form {
    FLOAT,
    /** QuantizeLinear and DequantizeLinear around operators of floats. */
    QDQ,
    /** QLinearConv and its like. */
    OPERATORS,
    /** DynamicQuantizeLinear, ConvInteger and MatMulInteger. */
    DYNAMIC,
    /** What ONNX Runtime's optimizer makes of a dynamically quantized product. */
    DYNAMIC_FUSED
  }

  /**
   * The types.
   *
   * @param perChannel whether the weights have a scale for every output channel
   */
  record Types(DataType activations, DataType weights, boolean perChannel) {}

  static final int CLASSES = 10;

  /**
   * A value.
   *
   * @param name of the floats, or of the integers where operators take those
   * @param parameters scale and zero point, as inputs of an operator
   */
  private record Value(String name, float scale, String parameters, long... dims) {}

  /** Weights as integers. */
  private record Weights(String integers, String scales, String zeros, float[] scale) {}

  private final OnnxModels model;
  private final Random random = new Random(11);
  private final Form form;
  private final Types types;
  private final Map<String, Float> largest;
  private final List<String> quantized = new ArrayList<>();
  private int names;

  /**
   * @param largest magnitudes of the activations by their names in the float form; none for that
   */
  QuantizedNetwork(Form form, Types types, Map<String, Float> largest) {
    this.form = form;
    this.types = types;
    this.largest = new HashMap<>(largest);
    this.model = new OnnxModels(1).opset(17).input("x", 1, 3, 16, 16);
    model
        .model()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1));
    Value first = convolution(input(), 16, 3, 1, 1, true);
    Value depthwise = convolution(first, 16, 3, 1, 16, true);
    Value pooled = maxPool(convolution(depthwise, 32, 1, 1, 1, true));
    Value sum = add(pooled, convolution(pooled, 32, 3, 1, 1, false));
    classify(globalAverage(convolution(sum, 48, 3, 2, 1, true)));
  }

  OnnxModels model() {
    return model;
  }

  /** The values of integers, as float32; of the float form its activations. */
  List<String> quantized() {
    return quantized;
  }

  private boolean isDynamic() {
    return form == Form.DYNAMIC || form == Form.DYNAMIC_FUSED;
  }

  private Value input() {
    return quantize("x", false, 1, 3, 16, 16);
  }

  private Value convolution(
      Value in, int channels, int kernel, int stride, int groups, boolean relu) {
    int inputs = (int) in.dims[1] / groups;
    float[] weights = gaussian(channels * inputs * kernel * kernel, inputs * kernel * kernel);
    long[] shape = {channels, inputs, kernel, kernel};
    float[] bias = gaussian(channels, 4);
    int pad = kernel / 2;
    AttributeProto[] attributes = {
      ints("pads", pad, pad, pad, pad), ints("strides", stride, stride), integer("group", groups)
    };
    long size = (in.dims[2] + stride - 1) / stride;
    long[] dims = {1, channels, size, size};
    if (form == Form.OPERATORS) {
      return operator("QLinearConv", "", in, weights, shape, bias, relu, dims, attributes);
    }
    String result;
    if (isDynamic()) {
      Weights w = quantized(weights, shape, false);
      String[] input = dynamic(in);
      String sums = input[0] + " " + w.integers + " " + input[2] + " " + w.zeros;
      result = scaled(node("ConvInteger", sums, attributes), input[1], w, bias, channels, 1, 1);
    } else {
      result = node("Conv", in.name + " " + operands(in, weights, shape, bias), attributes);
    }
    return quantize(relu ? node("Relu", result) : result, relu, dims);
  }

  private Value maxPool(Value in) {
    String result = node("MaxPool", in.name, ints("kernel_shape", 2, 2), ints("strides", 2, 2));
    long[] dims = {1, in.dims[1], in.dims[2] / 2, in.dims[3] / 2};
    if (form == Form.OPERATORS) {
      return new Value(result, in.scale, in.parameters, dims);
    }
    return form == Form.QDQ ? dequantize(result, in, dims) : new Value(result, 0, "", dims);
  }

  /** Quantizes what was only moved with the parameters that it had. */
  private Value dequantize(String name, Value in, long... dims) {
    String integers = node("QuantizeLinear", name + " " + in.parameters);
    String floats = node("DequantizeLinear", integers + " " + in.parameters);
    return new Value(floats, in.scale, in.parameters, dims);
  }

  private Value add(Value a, Value b) {
    if (form == Form.OPERATORS) {
      Value sum = parameters(nextName(), false, a.dims);
      String inputs = String.join(" ", a.name, a.parameters, b.name, b.parameters, sum.parameters);
      model.node("com.microsoft", "QLinearAdd", List.of(sum.name), inputs);
      return given(sum);
    }
    return quantize(node("Add", a.name + " " + b.name), false, a.dims);
  }

  private Value globalAverage(Value in) {
    long[] dims = {1, in.dims[1], 1, 1};
    if (form != Form.OPERATORS) {
      return quantize(node("GlobalAveragePool", in.name), true, dims);
    }
    Value result = parameters(nextName(), true, dims);
    String inputs = String.join(" ", in.name, in.parameters, result.parameters);
    model.node("com.microsoft", "QLinearGlobalAveragePool", List.of(result.name), inputs);
    return given(result);
  }

  private void classify(Value in) {
    int depth = (int) in.dims[1];
    Value flat = new Value(node("Flatten", in.name), in.scale, in.parameters, 1, depth);
    float[] weights = gaussian(CLASSES * depth, depth);
    long[] shape = {CLASSES, depth};
    float[] bias = gaussian(CLASSES, 4);
    String y;
    if (form == Form.OPERATORS) {
      AttributeProto[] attributes = {integer("transB", 1)};
      Value result =
          operator("QGemm", "com.microsoft", flat, weights, shape, bias, false, null, attributes);
      y = node("DequantizeLinear", result.name + " " + result.parameters);
    } else if (form == Form.DYNAMIC_FUSED) {
      Weights w = quantized(weights, shape, true);
      String last = w.integers + " " + w.scales + " " + w.zeros + " ";
      y =
          model.node(
              "com.microsoft",
              "DynamicQuantizeMatMul",
              List.of(nextName()),
              flat.name + " " + last + model.constant(bias, CLASSES));
    } else if (form == Form.DYNAMIC) {
      Weights w = quantized(weights, shape, true);
      String[] input = dynamic(flat);
      String sums = input[0] + " " + w.integers + " " + input[2] + " " + w.zeros;
      y = scaled(node("MatMulInteger", sums), input[1], w, bias, CLASSES);
    } else {
      String inputs = flat.name + " " + operands(flat, weights, shape, bias);
      y = quantize(node("Gemm", inputs, integer("transB", 1)), false, 1, CLASSES).name;
    }
    model.node("Identity", "y", y);
    model.output("y");
  }

  /** An operator on integers, whose output range does the ReLU. */
  private Value operator(
      String op,
      String domain,
      Value in,
      float[] weights,
      long[] shape,
      float[] bias,
      boolean relu,
      long[] dims,
      AttributeProto... attributes) {
    Weights w = quantized(weights, shape, false);
    String b = integers(bias, in.scale, w.scale);
    Value result = parameters(nextName(), relu, dims);
    String middle = String.join(" ", in.name, in.parameters, w.integers, w.scales, w.zeros);
    String inputs =
        op.equals("QGemm")
            ? middle + " " + b + " " + result.parameters
            : middle + " " + result.parameters + " " + b;
    model.node(domain, op, List.of(result.name), inputs, attributes);
    return given(result);
  }

  /** Weights and bias of an operator of floats. */
  private String operands(Value in, float[] weights, long[] shape, float[] bias) {
    if (form == Form.FLOAT) {
      return model.constant(weights, shape) + " " + model.constant(bias, bias.length);
    }
    Weights w = quantized(weights, shape, false);
    String floats =
        node("DequantizeLinear", w.integers + " " + w.scales + " " + w.zeros, integer("axis", 0));
    float[] scales = w.scale.clone();
    for (int i = 0; i < scales.length; i++) {
      scales[i] *= in.scale;
    }
    String scale = model.constant(scales, dims(scales.length));
    String b = integers(bias, in.scale, w.scale) + " " + scale;
    return floats + " " + node("DequantizeLinear", b, integer("axis", 0));
  }

  /** Sums of integers times scales, plus a bias, as ONNX Runtime's quantizer writes it. */
  private String scaled(
      String sums, String inputScale, Weights w, float[] bias, long... channelDims) {
    String floats = node("Cast", sums, integer("to", DataType.FLOAT_VALUE));
    long[] dims = w.scale.length == 1 ? new long[0] : channelDims;
    String scales = node("Mul", inputScale + " " + model.constant(w.scale, dims));
    String product = node("Mul", floats + " " + scales);
    return node("Add", product + " " + model.constant(bias, channelDims));
  }

  private String[] dynamic(Value in) {
    List<String> outputs = List.of(nextName(), nextName(), nextName());
    model.node("", "DynamicQuantizeLinear", outputs, in.name);
    give(outputs.get(0));
    return outputs.toArray(new String[0]);
  }

  /** Quantizes floats where the form does so. */
  private Value quantize(String floats, boolean positive, long... dims) {
    if (isDynamic()) {
      return new Value(floats, 0, "", dims);
    }
    if (form == Form.FLOAT) {
      quantized.add(floats);
      return new Value(floats, 0, "", dims);
    }
    Value value = parameters(nextName(), positive, dims);
    model.node("QuantizeLinear", value.name, floats + " " + value.parameters);
    give(value.name);
    return form == Form.OPERATORS
        ? value
        : new Value(
            node("DequantizeLinear", value.name + " " + value.parameters),
            value.scale,
            value.parameters,
            dims);
  }

  private Value given(Value value) {
    give(value.name);
    return value;
  }

  private void give(String integers) {
    String output = node("Cast", integers, integer("to", DataType.FLOAT_VALUE));
    quantized.add(output);
    model.output(output);
  }

  /** A value with the scale that its range asks for, which the activations are numbered by. */
  private Value parameters(String name, boolean positive, long... dims) {
    float range = largest.get(Integer.toString(quantized.size()));
    float scale = (positive ? range : 2 * range) / 255;
    int zero = positive ? 0 : 128;
    int shift = types.activations == DataType.INT8 ? 128 : 0;
    String parameters =
        model.number(scale) + " " + model.integers(types.activations, new int[] {zero - shift});
    return new Value(name, scale, parameters, dims);
  }

  /** Symmetric int8 weights, or uint8 ones with a zero point of 131. */
  private Weights quantized(float[] weights, long[] shape, boolean transposed) {
    int channels = (int) shape[0];
    int fanIn = weights.length / channels;
    boolean many = types.perChannel;
    float[] scales = new float[many ? channels : 1];
    for (int i = 0; i < weights.length; i++) {
      int channel = many ? i / fanIn : 0;
      scales[channel] = Math.max(scales[channel], Math.abs(weights[i]) / 127);
    }
    int zero = types.weights == DataType.UINT8 ? 131 : 0;
    int least = types.weights == DataType.UINT8 ? 0 : -128;
    int[] integers = new int[weights.length];
    for (int i = 0; i < weights.length; i++) {
      int place = transposed ? i % fanIn * channels + i / fanIn : i;
      int value = (int) Math.rint(weights[i] / scales[many ? i / fanIn : 0]) + zero;
      integers[place] = Math.max(least, Math.min(least + 255, value));
    }
    integers[0] = least;
    int[] zeros = new int[isDynamic() ? 1 : scales.length];
    Arrays.fill(zeros, zero);
    long[] dims = transposed ? new long[] {shape[1], shape[0]} : shape;
    return new Weights(
        model.integers(types.weights, integers, dims),
        model.constant(scales, dims(scales.length)),
        model.integers(types.weights, zeros, dims(zeros.length)),
        scales);
  }

  private static long[] dims(int length) {
    return length == 1 ? new long[0] : new long[] {length};
  }

  private String integers(float[] bias, float inputScale, float[] scales) {
    int[] integers = new int[bias.length];
    for (int i = 0; i < integers.length; i++) {
      float scale = inputScale * scales[scales.length == 1 ? 0 : i];
      integers[i] = Math.round(bias[i] / scale);
    }
    return model.integers(DataType.INT32, integers, integers.length);
  }

  private float[] gaussian(int count, int fanIn) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * Math.sqrt(2.0 / fanIn));
    }
    return values;
  }

  private String node(String op, String inputs, AttributeProto... attributes) {
    return model.node(op, nextName(), inputs, attributes);
  }

  private String nextName() {
    return "v" + names++;
  }
}
