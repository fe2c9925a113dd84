/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.onnx.graph.ValueType;

/**
 * An ONNX graph under construction: layers in, nodes and initializers out, with shapes and counts
 * kept along the way. Without weights it only counts.
 */
final class ZooNetwork {
  static final int CLASSES = 1000;
  private static final int SIDE = 224;
  private static final int COLOURS = 3;
  private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;

  /** How far scales, means and variances of BatchNormalization stray from their typical value. */
  private static final double JITTER = 0.2;

  private static final double EPSILON = 1e-5;

  /** By how much max pooling of rectified values raises E[x²]; from a half-normal distribution. */
  private static final double POOLING_GAIN = 2;

  private final SeededWeights weights;
  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final List<ConvGeometry> layers = new ArrayList<>();
  private long parameters;
  private int values;

  /**
   * @param weights null to count only
   */
  ZooNetwork(SeededWeights weights) {
    this.weights = weights;
  }

  ZooCounts counts() {
    long macs = layers.stream().mapToLong(ConvGeometry::macs).sum();
    return new ZooCounts(parameters, macs);
  }

  /** The linear layers so far. */
  List<ConvGeometry> layers() {
    return List.copyOf(layers);
  }

  GraphProto graph(String name) {
    return graph.setName(name).build();
  }

  /** The picture. */
  ZooTensor input() {
    graph.addInput(ValueType.declareFloats("input", 1, COLOURS, SIDE, SIDE));
    return new ZooTensor("input", COLOURS, SIDE, SIDE, 1);
  }

  /** The scores. */
  void output(ZooTensor x) {
    graph.addNode(NodeProto.newBuilder().setOpType("Identity").addInput(x.name()).addOutput("out"));
    graph.addOutput(ValueType.declareFloats("out", 1, x.channels()));
  }

  /** A convolution; its window is square. */
  record Conv(int outChannels, int kernel, int stride, int padding, int groups, boolean biased) {
    static Conv biased(int outChannels, int kernel, int stride, int padding) {
      return new Conv(outChannels, kernel, stride, padding, 1, true);
    }

    static Conv plain(int outChannels, int kernel, int stride, int padding) {
      return new Conv(outChannels, kernel, stride, padding, 1, false);
    }

    static Conv depthwise(int channels, int stride) {
      return new Conv(channels, 3, stride, 1, channels, false);
    }

    ConvGeometry geometry(ZooTensor x) {
      return new ConvGeometry(
          1,
          x.channels(),
          outChannels,
          groups,
          ConvAxis.padded(x.height(), kernel, stride, padding),
          ConvAxis.padded(x.width(), kernel, stride, padding));
    }
  }

  ZooTensor conv(String name, ZooTensor x, Conv c) {
    ConvGeometry geometry = c.geometry(x);
    layers.add(geometry);
    int fanIn = geometry.fanIn();
    NodeProto.Builder node = node("Conv", name, x);
    node.addAttribute(ints("kernel_shape", c.kernel(), c.kernel()));
    node.addAttribute(ints("strides", c.stride(), c.stride()));
    node.addAttribute(ints("pads", c.padding(), c.padding(), c.padding(), c.padding()));
    node.addAttribute(integer("group", c.groups()));
    long side = c.kernel();
    weight(node, name + ".weight", fanIn, c.outChannels(), x.channels() / c.groups(), side, side);
    if (c.biased()) {
      bias(node, name + ".bias", c.outChannels(), fanIn);
    }
    return add(
        node,
        c.outChannels(),
        geometry.height().out(),
        geometry.width().out(),
        2 * x.secondMoment());
  }

  /** BatchNormalization with statistics that fit its input; E[x²] becomes {@code gain²}. */
  ZooTensor batchNorm(String name, ZooTensor x, double gain) {
    NodeProto.Builder node = node("BatchNormalization", name, x);
    node.addAttribute(
        AttributeProto.newBuilder()
            .setName("epsilon")
            .setType(AttributeProto.AttributeType.FLOAT)
            .setF((float) EPSILON));
    double variance = x.secondMoment();
    double deviation = Math.sqrt(variance);
    int n = x.channels();
    parameters += 2L * n;
    uniform(node, name + ".weight", n, gain * (1 - JITTER), gain * (1 + JITTER));
    uniform(node, name + ".bias", n, -JITTER * gain, JITTER * gain);
    uniform(node, name + ".running_mean", n, -JITTER * deviation, JITTER * deviation);
    uniform(node, name + ".running_var", n, variance * (1 - JITTER), variance * (1 + JITTER));
    return add(node, n, x.height(), x.width(), gain * gain);
  }

  ZooTensor relu(ZooTensor x) {
    return add(node("Relu", null, x), x.channels(), x.height(), x.width(), x.secondMoment() / 2);
  }

  /** min(max(x, 0), 6). */
  ZooTensor relu6(ZooTensor x) {
    NodeProto.Builder node = node("Clip", null, x);
    scalar(node, "zero", 0);
    scalar(node, "six", 6);
    return add(node, x.channels(), x.height(), x.width(), x.secondMoment() / 2);
  }

  ZooTensor maxPool(ZooTensor x, int kernel, int stride, int padding) {
    NodeProto.Builder node = node("MaxPool", null, x);
    node.addAttribute(ints("kernel_shape", kernel, kernel));
    node.addAttribute(ints("strides", stride, stride));
    node.addAttribute(ints("pads", padding, padding, padding, padding));
    int height = (x.height() + 2 * padding - kernel) / stride + 1;
    int width = (x.width() + 2 * padding - kernel) / stride + 1;
    return add(node, x.channels(), height, width, POOLING_GAIN * x.secondMoment());
  }

  ZooTensor globalAveragePool(ZooTensor x) {
    return add(node("GlobalAveragePool", null, x), x.channels(), 1, 1, x.secondMoment());
  }

  ZooTensor flatten(ZooTensor x) {
    NodeProto.Builder node = node("Flatten", null, x).addAttribute(integer("axis", 1));
    return add(node, x.elements(), 1, 1, x.secondMoment());
  }

  ZooTensor fullyConnected(String name, ZooTensor x, int out) {
    layers.add(ConvGeometry.fullyConnected(1, x.channels(), out));
    NodeProto.Builder node = node("Gemm", name, x).addAttribute(integer("transB", 1));
    weight(node, name + ".weight", x.channels(), out, x.channels());
    bias(node, name + ".bias", out, x.channels());
    return add(node, out, 1, 1, 2 * x.secondMoment());
  }

  ZooTensor sum(ZooTensor a, ZooTensor b) {
    NodeProto.Builder node = node("Add", null, a).addInput(b.name());
    return add(node, a.channels(), a.height(), a.width(), a.secondMoment() + b.secondMoment());
  }

  ZooTensor concat(ZooTensor a, ZooTensor b) {
    NodeProto.Builder node = node("Concat", null, a).addInput(b.name());
    node.addAttribute(integer("axis", 1));
    double moment = (a.secondMoment() + b.secondMoment()) / 2;
    return add(node, a.channels() + b.channels(), a.height(), a.width(), moment);
  }

  private NodeProto.Builder node(String op, String name, ZooTensor x) {
    String unique = name == null ? op.toLowerCase(java.util.Locale.ROOT) + "." + values : name;
    return NodeProto.newBuilder().setOpType(op).setName(unique).addInput(x.name());
  }

  private ZooTensor add(NodeProto.Builder node, int channels, int height, int width, double m) {
    String name = "v" + values++;
    graph.addNode(node.addOutput(name));
    return new ZooTensor(name, channels, height, width, m);
  }

  /** He: variance 2 / fan-in. */
  private void weight(NodeProto.Builder node, String name, int fanIn, long... dims) {
    int count = Math.toIntExact(Arrays.stream(dims).reduce(1, Math::multiplyExact));
    parameters += count;
    node.addInput(name);
    if (weights != null) {
      initializer(name, weights.normal(name, count, Math.sqrt(2.0 / fanIn)), dims);
    }
  }

  private void bias(NodeProto.Builder node, String name, int count, int fanIn) {
    parameters += count;
    double limit = 1 / Math.sqrt(fanIn);
    uniform(node, name, count, -limit, limit);
  }

  private void uniform(NodeProto.Builder node, String name, int count, double low, double high) {
    node.addInput(name);
    if (weights != null) {
      initializer(name, weights.uniform(name, count, low, high), count);
    }
  }

  private void scalar(NodeProto.Builder node, String name, float value) {
    node.addInput(name);
    boolean there = graph.getInitializerList().stream().anyMatch(t -> t.getName().equals(name));
    if (!there) {
      graph.addInitializer(
          TensorProto.newBuilder().setName(name).setDataType(FLOAT).addFloatData(value));
    }
  }

  private void initializer(String name, byte[] data, long... dims) {
    ByteString raw = UnsafeByteOperations.unsafeWrap(data);
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(FLOAT).setRawData(raw);
    Arrays.stream(dims).forEach(tensor::addDims);
    graph.addInitializer(tensor);
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto ints(String name, long... values) {
    List<Long> list = Arrays.stream(values).boxed().toList();
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(list)
        .build();
  }
}
