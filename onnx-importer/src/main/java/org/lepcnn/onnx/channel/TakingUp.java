/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.channel;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.lepcnn.onnx.graph.DeviceNodes;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.run.InstrumentedRun;

/**
 * Nodes of the device whose constants take up factors.
 *
 * <p>Linear operators and BatchNormalization have factors of their own on either side: with x·m(i)
 * for x(i), the weights w(o,i)·n(o)/m(i) and the bias b(o)·n(o) give y(o)·n(o). Where a constant is
 * added or compared, as in Clip, it takes the factors of the other operand.
 */
final class TakingUp {
  /** The first operator set whose Add and Sub broadcast as today. */
  private static final int OPSET_OF_BROADCASTING = 7;

  /** The first operator set whose Max and Min broadcast. */
  private static final int OPSET_OF_BROADCASTING_MAX = 8;

  /** A constant does not grow beyond as many elements. */
  private static final long MAX_GROWN = 1 << 16;

  private final Graph graph;
  private final InstrumentedRun run;
  private final ChannelValues values;
  private final ChannelClasses classes;

  TakingUp(Graph graph, InstrumentedRun run, ChannelValues values, ChannelClasses classes) {
    this.graph = graph;
    this.run = run;
    this.values = values;
    this.classes = classes;
  }

  /**
   * What the node becomes, whose output then has channels; null where no constants take factors.
   */
  ScaledNode scaled(Node node) {
    if (node.outputs().size() != 1
        || !run.type(node.output()).isFloat()
        || values.dims(node.output()).length < 2) {
      return null;
    }
    return switch (node.op()) {
      case "Conv", "ConvTranspose" -> convolution(node);
      case "MatMul", "Gemm" -> matrix(node);
      case "BatchNormalization" -> normalization(node);
      case "Add", "Sub", "Max", "Min" -> sum(node);
      case "Clip" -> clip(node);
      default -> null;
    };
  }

  private ScaledNode convolution(Node node) {
    long[] dims = constantDims(node.input(1));
    int channels = Math.toIntExact(values.dims(node.output())[1]);
    if (dims == null || (node.hasInput(2) && !isVector(node.input(2), channels))) {
      return null;
    }
    int[] read = values.along(node.input(0), 1);
    int[] written = classes.fresh(channels);
    int groups = Math.toIntExact(node.integer("group", 1));
    int in = read.length / groups;
    int out = written.length / groups;
    int columns = Math.toIntExact(dims[1]);
    int kernel = Math.toIntExact(ChannelValues.product(dims, 2));
    boolean transposed = node.is("ConvTranspose");
    IntUnaryOperator row = e -> e / kernel / columns;
    // Conv: [out][in of a group][kernel]; ConvTranspose: [in][out of a group][kernel]
    IntUnaryOperator other =
        e -> row.applyAsInt(e) / (transposed ? in : out) * columns + e / kernel % columns;
    values.put(node.output(), new Channels(1, written));
    return product(node, read, written, transposed ? row : other, transposed ? other : row);
  }

  private ScaledNode matrix(Node node) {
    long[] dims = constantDims(node.input(1));
    int inRank = values.dims(node.input(0)).length;
    if (dims == null
        || dims.length != 2
        || inRank < 2
        || node.integer("transA", 0) != 0
        || !takesRow(node)) {
      return null;
    }
    int[] read = values.along(node.input(0), inRank - 1);
    int outAxis = values.dims(node.output()).length - 1;
    int[] written = classes.fresh(Math.toIntExact(values.dims(node.output())[outAxis]));
    int columns = Math.toIntExact(dims[1]);
    IntUnaryOperator row = e -> e / columns;
    IntUnaryOperator column = e -> e % columns;
    boolean transposed = node.integer("transB", 0) != 0;
    values.put(node.output(), new Channels(outAxis, written));
    return product(node, read, written, transposed ? column : row, transposed ? row : column);
  }

  /** Whether what a Gemm adds, if anything, is a constant with an element for each column. */
  private boolean takesRow(Node node) {
    if (!node.hasInput(2)) {
      return true;
    }
    long[] added = constantDims(node.input(2));
    long columns = values.dims(node.output())[1];
    return added != null
        && added.length > 0
        && added[added.length - 1] == columns
        && Tensors.elements(added) == columns;
  }

  /** Weights and, if there is one, a bias with one element for each output channel. */
  private ScaledNode product(
      Node node, int[] read, int[] written, IntUnaryOperator in, IntUnaryOperator out) {
    List<ScaledConstant> constants = new ArrayList<>();
    constants.add(
        new ScaledConstant(
            node.input(1),
            floats(node.input(1)),
            constantDims(node.input(1)),
            e -> written[out.applyAsInt(e)],
            e -> read[in.applyAsInt(e)]));
    if (node.hasInput(2)) {
      constants.add(perChannel(node, 2, written));
    }
    return inPlaces(node, both(read, written), constants, 1);
  }

  private ScaledNode normalization(Node node) {
    int channels = Math.toIntExact(values.dims(node.output())[1]);
    boolean constant = IntStream.rangeClosed(1, 4).allMatch(i -> isVector(node.input(i), channels));
    if (!constant || node.integer("training_mode", 0) != 0 || node.integer("spatial", 1) != 1) {
      return null;
    }
    int[] read = values.along(node.input(0), 1);
    int[] written = classes.fresh(channels);
    values.put(node.output(), new Channels(1, written));
    ScaledConstant scale =
        new ScaledConstant(
            node.input(1),
            floats(node.input(1)),
            constantDims(node.input(1)),
            e -> written[e],
            e -> read[e]);
    return inPlaces(
        node,
        both(read, written),
        List.of(scale, perChannel(node, 2, written), perChannel(node, 3, read)),
        1);
  }

  private ScaledNode sum(Node node) {
    boolean additive = node.is("Add") || node.is("Sub");
    int place = graph.isConstant(node.input(0)) ? 0 : 1;
    if (node.inputCount() != 2
        || graph.opset() < (additive ? OPSET_OF_BROADCASTING : OPSET_OF_BROADCASTING_MAX)) {
      return null;
    }
    String other = node.input(1 - place);
    Channels channels = values.of(other);
    boolean same = Arrays.equals(values.dims(node.output()), values.dims(other));
    ScaledConstant grown = channels == null || !same ? null : grown(node.input(place), other);
    if (grown == null) {
      return null;
    }
    values.put(node.output(), channels);
    return inPlaces(node, channels.ids(), List.of(grown), place);
  }

  /** A constant that is broadcast to a value, with an element for each of the value's channels. */
  private ScaledConstant grown(String name, String value) {
    long[] own = constantDims(name);
    int rank = values.dims(value).length;
    if (own == null || own.length > rank) {
      return null;
    }
    Channels channels = values.of(value);
    long[] dims = new long[rank];
    Arrays.fill(dims, 1);
    System.arraycopy(own, 0, dims, rank - own.length, own.length);
    int from = Math.toIntExact(dims[channels.axis()]);
    int count = channels.ids().length;
    int inner = Math.toIntExact(ChannelValues.product(dims, channels.axis() + 1));
    dims[channels.axis()] = count;
    if (from != count && Tensors.elements(dims) > MAX_GROWN) {
      return null;
    }
    Supplier<float[]> repeated =
        () -> {
          float[] values = Tensors.floats(graph.constants().get(name));
          float[] grown = new float[Math.toIntExact(Tensors.elements(dims))];
          for (int i = 0; i < grown.length; i++) {
            int outer = i / inner / count;
            int channel = from == 1 ? 0 : i / inner % count;
            grown[i] = values[(outer * from + channel) * inner + i % inner];
          }
          return grown;
        };
    return ScaledConstant.multiplied(name, repeated, dims, e -> channels.ids()[e / inner % count]);
  }

  /** Max and Min with bounds for each channel. */
  private ScaledNode clip(Node node) {
    Channels channels = values.of(node.input(0));
    float low = bound(node, 1, "min", Float.NEGATIVE_INFINITY);
    float high = bound(node, 2, "max", Float.POSITIVE_INFINITY);
    if (channels == null
        || graph.opset() < OPSET_OF_BROADCASTING_MAX
        || Float.isNaN(low)
        || Float.isNaN(high)) {
      return null;
    }
    boolean bounded = high < Float.MAX_VALUE;
    List<ScaledConstant> constants = new ArrayList<>();
    if (low != 0) {
      constants.add(perChannel(node, low, channels));
    }
    if (bounded) {
      constants.add(perChannel(node, high, channels));
    }
    values.put(node.output(), channels);
    return new ScaledNode(
        node,
        channels.ids(),
        constants,
        names -> {
          String raised = bounded ? graph.freshName(node.output() + "_raised") : node.output();
          run.types().put(raised, run.type(node.output()));
          List<Node> nodes = new ArrayList<>();
          nodes.add(
              low == 0
                  ? DeviceNodes.make("Relu", raised, node.input(0))
                  : DeviceNodes.make("Max", raised, node.input(0), names.get(0)));
          if (bounded) {
            String least = names.get(names.size() - 1);
            nodes.add(DeviceNodes.make("Min", node.output(), raised, least));
          }
          return nodes;
        });
  }

  /** A bound of Clip; NaN where it is not known. */
  private float bound(Node node, int place, String attribute, float open) {
    if (!node.hasInput(place)) {
      return node.real(attribute, open);
    }
    long[] dims = constantDims(node.input(place));
    return dims == null || Tensors.elements(dims) != 1
        ? Float.NaN
        : Tensors.floats(graph.constants().get(node.input(place)))[0];
  }

  private ScaledConstant perChannel(Node node, float value, Channels channels) {
    int[] ids = channels.ids();
    long[] dims = new long[values.dims(node.output()).length - channels.axis()];
    Arrays.fill(dims, 1);
    dims[0] = ids.length;
    Supplier<float[]> repeated =
        () -> {
          float[] bounds = new float[ids.length];
          Arrays.fill(bounds, value);
          return bounds;
        };
    return ScaledConstant.multiplied(node.output() + "_bound", repeated, dims, e -> ids[e]);
  }

  /** A constant of the node with an element for each channel. */
  private ScaledConstant perChannel(Node node, int place, int[] ids) {
    String name = node.input(place);
    return ScaledConstant.multiplied(name, floats(name), constantDims(name), e -> ids[e]);
  }

  /** The node with its constants from a place on replaced. */
  private static ScaledNode inPlaces(
      Node node, int[] ids, List<ScaledConstant> constants, int first) {
    return new ScaledNode(
        node,
        ids,
        constants,
        names -> {
          Node scaled = node;
          for (int i = 0; i < names.size(); i++) {
            scaled = scaled.as(node.name(), node.output(), first + i, names.get(i));
          }
          return List.of(scaled);
        });
  }

  private static int[] both(int[] some, int[] others) {
    return IntStream.concat(Arrays.stream(some), Arrays.stream(others)).toArray();
  }

  private boolean isVector(String name, int elements) {
    long[] dims = constantDims(name);
    return dims != null && Tensors.elements(dims) == elements;
  }

  /** The dimensions of a constant of float32 elements; null where it is none. */
  private long[] constantDims(String name) {
    TensorProto constant = graph.constants().get(name);
    return constant == null || !Tensors.isFloat(constant) ? null : Tensors.dims(constant);
  }

  private Supplier<float[]> floats(String name) {
    TensorProto constant = graph.constants().get(name);
    return () -> Tensors.floats(constant);
  }
}
