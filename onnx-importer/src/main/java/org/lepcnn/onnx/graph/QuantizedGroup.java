/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * An operator of floats between DequantizeLinear and QuantizeLinear as the operator on integers
 * that ONNX Runtime makes of it: QLinearConv, QLinearMatMul or QGemm. It rounds sums of integers
 * once, where the operator of floats rounds several times, with another result next to a tie.
 *
 * @param operator on integers
 * @param followers the nodes that it does as well: a Relu or Clip, and the QuantizeLinear
 */
public record QuantizedGroup(Node operator, List<Node> followers) {

  /** Finds the groups of a graph. */
  public static final class Finder {
    private static final Map<String, String> OPERATORS =
        Map.of("Conv", "QLinearConv", "MatMul", "QLinearMatMul", "Gemm", "QGemm");

    /** How far the step of a bias may be from the product of the other steps. */
    private static final double TOLERANCE = 1e-5;

    private final Graph graph;
    private final Function<String, ValueType> types;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, List<Node>> readers;
    private final Set<String> outputs;

    public Finder(Graph graph, Function<String, ValueType> types) {
      this.graph = graph;
      this.types = types;
      this.readers = graph.readers();
      this.outputs = new HashSet<>(graph.outputs());
      for (Node node : graph.nodes()) {
        node.outputs().forEach(output -> producers.put(output, node));
      }
    }

    /** The group around a node; empty where ONNX Runtime leaves it an operator of floats. */
    public Optional<QuantizedGroup> around(Node node) {
      if (!node.domain().isEmpty() || !OPERATORS.containsKey(node.op())) {
        return Optional.empty();
      }
      Node input = producers.get(node.input(0));
      Node weights = graph.constantProducers().get(node.input(1));
      List<Node> followers = followers(node);
      boolean found =
          isDequantization(input)
              && isDequantization(weights)
              && !followers.isEmpty()
              && isPlain(node)
              && haveTypes(input, weights, followers.get(followers.size() - 1))
              && scaleIsSingle(input)
              && scalesAreOfChannels(node, weights)
              && biasFits(node, input, weights);
      return found
          ? Optional.of(new QuantizedGroup(operator(node, input, weights, followers), followers))
          : Optional.empty();
    }

    private static boolean isDequantization(Node node) {
      return node != null && node.is("DequantizeLinear") && node.integer("block_size", 0) == 0;
    }

    private static boolean isPlain(Node node) {
      return !node.is("Gemm") || (node.real("beta", 1) == 1 && node.integer("transA", 0) == 0);
    }

    /** The nodes up to the QuantizeLinear; none where something else reads in between. */
    private List<Node> followers(Node node) {
      List<Node> followers = new ArrayList<>();
      Node next = onlyReader(node.output());
      if (next != null && (next.is("Relu") || next.is("Clip"))) {
        followers.add(next);
        next = onlyReader(next.output());
      }
      if (next == null || !next.is("QuantizeLinear") || !scaleIsSingle(next)) {
        return List.of();
      }
      boolean superfluous = followers.isEmpty() || isSuperfluous(followers.get(0), next);
      followers.add(next);
      return superfluous ? followers : List.of();
    }

    private Node onlyReader(String value) {
      List<Node> all = readers.getOrDefault(value, List.of());
      boolean alone =
          all.size() == 1
              && !outputs.contains(value)
              && all.get(0).timesRead(value) == 1
              && all.get(0).input(0).equals(value);
      return alone ? all.get(0) : null;
    }

    /** Whether what is quantized is clipped to the same range anyway. */
    private boolean isSuperfluous(Node clip, Node quantization) {
      boolean signed = type(quantization.output()) == TensorProto.DataType.INT8;
      float scale = Tensors.floats(constant(quantization, 1))[0];
      int zero = quantization.hasInput(2) ? Tensors.integers(constant(quantization, 2))[0] : 0;
      int least = signed ? -128 : 0;
      float low = (least - zero) * scale;
      float high = (least + 255 - zero) * scale;
      boolean relu = clip.is("Relu");
      Float min = relu ? Float.valueOf(0) : bound(clip, 1, "min", Float.NEGATIVE_INFINITY);
      Float max = relu ? high : bound(clip, 2, "max", Float.POSITIVE_INFINITY);
      float epsilon = Math.ulp(1f);
      return min != null && max != null && min - low <= epsilon && high - max <= epsilon;
    }

    private Float bound(Node clip, int place, String attribute, float open) {
      if (!clip.hasInput(place)) {
        return clip.real(attribute, open);
      }
      TensorProto constant = constant(clip, place);
      return constant == null || !Tensors.isFloat(constant) ? null : Tensors.floats(constant)[0];
    }

    private boolean haveTypes(Node input, Node weights, Node quantization) {
      TensorProto.DataType activations = type(input.input(0));
      TensorProto constant = constant(weights, 0);
      boolean signed = activations == TensorProto.DataType.INT8;
      int own = constant == null ? 0 : constant.getDataType();
      return (signed || activations == TensorProto.DataType.UINT8)
          && !graph.isConstant(input.input(0))
          && activations == type(quantization.output())
          && (own == TensorProto.DataType.INT8_VALUE
              || (own == TensorProto.DataType.UINT8_VALUE && !signed));
    }

    private TensorProto.DataType type(String value) {
      return TensorProto.DataType.forNumber(types.apply(value).onnxType());
    }

    private boolean scaleIsSingle(Node node) {
      TensorProto scale = constant(node, 1);
      return scale != null
          && Tensors.isFloat(scale)
          && Tensors.elements(Tensors.dims(scale)) == 1
          && (!node.hasInput(2) || constant(node, 2) != null);
    }

    private boolean scalesAreOfChannels(Node node, Node weights) {
      TensorProto scale = constant(weights, 1);
      boolean known =
          scale != null
              && Tensors.isFloat(scale)
              && (!weights.hasInput(2) || constant(weights, 2) != null);
      if (!known || Tensors.elements(Tensors.dims(scale)) == 1) {
        return known;
      }
      int rank = constant(weights, 0).getDimsCount();
      long axis = Math.floorMod(weights.integer("axis", 1), (long) rank);
      boolean first = node.is("Conv") || node.integer("transB", 0) != 0;
      return axis == (first ? 0 : rank - 1);
    }

    /** Whether a bias is of int32 in steps of the product of the other two scales. */
    private boolean biasFits(Node node, Node input, Node weights) {
      if (!node.hasInput(2)) {
        return true;
      }
      Node bias = graph.constantProducers().get(node.input(2));
      TensorProto integers = isDequantization(bias) ? constant(bias, 0) : null;
      TensorProto scale = integers == null ? null : constant(bias, 1);
      if (scale == null
          || !Tensors.isFloat(scale)
          || integers.getDataType() != TensorProto.DataType.INT32_VALUE
          || integers.getDimsCount() != 1
          || (bias.hasInput(2) && !isZero(constant(bias, 2)))) {
        return false;
      }
      float[] steps = Tensors.floats(scale);
      float[] own = Tensors.floats(constant(weights, 1));
      float inputStep = Tensors.floats(constant(input, 1))[0];
      for (int i = 0; i < Math.max(steps.length, own.length); i++) {
        double expected = (double) inputStep * own[own.length == 1 ? 0 : i];
        double step = steps[steps.length == 1 ? 0 : i];
        if (!(Math.abs(step - expected) <= TOLERANCE * expected)) {
          return false;
        }
      }
      return true;
    }

    private static boolean isZero(TensorProto zeros) {
      if (zeros == null) {
        return false;
      }
      for (int zero : Tensors.integers(zeros)) {
        if (zero != 0) {
          return false;
        }
      }
      return true;
    }

    private TensorProto constant(Node node, int place) {
      return graph.constants().get(node.input(place));
    }

    private Node operator(Node node, Node input, Node weights, List<Node> followers) {
      Node quantization = followers.get(followers.size() - 1);
      List<String> inputs = new ArrayList<>();
      List.of(input, weights).forEach(each -> inputs.addAll(parameters(each, 0)));
      List<String> output = parameters(quantization, 1);
      String bias = node.hasInput(2) ? graph.constantProducers().get(node.input(2)).input(0) : "";
      boolean gemm = node.is("Gemm");
      if (gemm) {
        inputs.add(bias);
        inputs.addAll(output);
      } else {
        inputs.addAll(output);
        inputs.add(bias);
      }
      return new Node(
          NodeProto.newBuilder()
              .setDomain(gemm ? "com.microsoft" : "")
              .setOpType(OPERATORS.get(node.op()))
              .setName(node.name())
              .addAllInput(inputs)
              .addOutput(quantization.output())
              .addAllAttribute(node.proto().getAttributeList())
              .build());
    }

    private static List<String> parameters(Node node, int from) {
      List<String> parameters = new ArrayList<>();
      for (int i = from; i < 3; i++) {
        parameters.add(node.input(i));
      }
      return parameters;
    }
  }
}
