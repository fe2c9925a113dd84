/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.batch;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.SubModels;

/**
 * Makes a model of several inputs of one whose shapes are those of one input.
 *
 * <p>It follows the axis that counts inputs from node to node, and multiplies the sizes along it
 * that stand in constants: of Reshape and Resize, of constants that Concat joins, of the initial
 * states of recurrent layers. Of an operator that it does not know it takes the axis to stay where
 * it is. Where that is wrong, {@link BatchProof} finds it.
 */
final class BatchRewriting {
  private final Graph graph;
  private final InstrumentedRun run;
  private final int batch;
  private final GraphProto.Builder builder = GraphProto.newBuilder().setName("batch");

  /** The axis that counts inputs, by value; absent for what follows from no input. */
  private final Map<String, Integer> axes = new HashMap<>();

  private BatchRewriting(Graph graph, InstrumentedRun run, int batch) {
    this.graph = graph;
    this.run = run;
    this.batch = batch;
  }

  /**
   * The rewritten model.
   *
   * @param graph of one input, its shapes computed
   * @param run of that graph
   */
  static ModelProto of(Graph graph, InstrumentedRun run, int batch) {
    return new BatchRewriting(graph, run, batch).model();
  }

  private ModelProto model() {
    for (String input : graph.inputNames()) {
      ValueType type = run.type(input);
      axes.put(input, 0);
      builder.addInput(new ValueType(type.onnxType(), times(type.dims(), 0)).declare(input, true));
    }
    Set<String> read = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      Node rewritten = rewritten(node);
      builder.addNode(rewritten.proto());
      read.addAll(rewritten.reads());
    }
    graph.outputs().forEach(name -> builder.addOutput(ValueInfoProto.newBuilder().setName(name)));
    read.addAll(graph.outputs());
    SubModels.addConstants(builder, graph, read.stream().filter(graph::isConstant).toList());
    return SubModels.wrap(graph.model(), builder);
  }

  private Node rewritten(Node node) {
    String carrier = node.reads().stream().filter(axes::containsKey).findFirst().orElse("");
    if (carrier.isEmpty()) {
      return node;
    }
    int axis = axes.get(carrier);
    String output = node.outputs().isEmpty() ? "" : node.outputs().get(0);
    int after = axisAfter(node, carrier, axis, output);
    node.outputs().forEach(name -> axes.put(name, after));
    return switch (node.domain().isEmpty() ? node.op() : "") {
      case "Reshape" -> withSize(node, 1, after);
      case "Resize" -> withSize(node, 3, axis);
      case "Concat" -> withWholeConstants(node, after);
      case "LSTM", "GRU", "RNN" -> recurrent(node);
      default -> node;
    };
  }

  private int axisAfter(Node node, String carrier, int axis, String output) {
    long[] in = run.type(carrier).dims();
    long[] out = run.type(output).dims();
    return switch (node.domain().isEmpty() ? node.op() : "") {
      case "Transpose" -> transposed(node, axis, in.length);
      case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> regrouped(in, axis, out);
      case "ReduceMean",
          "ReduceSum",
          "ReduceMax",
          "ReduceMin",
          "ReduceProd",
          "ReduceL2",
          "ArgMax",
          "ArgMin",
          "Gather" ->
          out.length < in.length ? regrouped(in, axis, out) : axis;
      // operands are aligned at their last axes
      default -> Math.max(0, axis + Math.max(0, out.length - in.length));
    };
  }

  private static int transposed(Node node, int axis, int rank) {
    long[] order = node.integers("perm");
    for (int i = 0; i < rank; i++) {
      if ((order == null ? rank - 1 - i : order[i]) == axis) {
        return i;
      }
    }
    return axis;
  }

  /** The axis with as many elements before it, one of a single element where there is a choice. */
  private static int regrouped(long[] in, int axis, long[] out) {
    long before = Tensors.elements(Arrays.copyOf(in, axis));
    int found = -1;
    for (int i = 0; i < out.length; i++) {
      if (Tensors.elements(Arrays.copyOf(out, i)) == before
          && (found < 0 || (out[found] != 1 && out[i] == 1))) {
        found = i;
      }
    }
    return Math.max(found, 0);
  }

  /** Multiplies a positive size in a constant that names one for every axis. */
  private Node withSize(Node node, int place, int axis) {
    TensorProto sizes = graph.constants().get(node.input(place));
    if (sizes == null || sizes.getDataType() != TensorProto.DataType.INT64_VALUE) {
      return node;
    }
    long[] values = Tensors.longs(sizes);
    if (axis >= values.length || values[axis] <= 0) {
      return node;
    }
    values = times(values, axis);
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setDataType(TensorProto.DataType.INT64_VALUE);
    tensor.addDims(values.length);
    Arrays.stream(values).forEach(tensor::addInt64Data);
    return withConstant(node, place, tensor);
  }

  /** Concat does not broadcast: every input has a copy of a constant. */
  private Node withWholeConstants(Node node, int axis) {
    Node whole = node;
    for (int i = 0; i < node.inputCount(); i++) {
      whole = repeated(whole, i, axis);
    }
    return whole;
  }

  /** The states stand behind the input, the weights and the lengths; their second axis counts. */
  private Node recurrent(Node node) {
    boolean first = node.integer("layout", 0) == 1;
    int axis = first ? 0 : 1;
    List<String> outputs = node.proto().getOutputList();
    for (int i = 0; i < outputs.size(); i++) {
      axes.put(outputs.get(i), i == 0 && !first ? 2 : axis);
    }
    Node whole = repeated(node, 4, 0);
    whole = repeated(whole, 5, axis);
    return repeated(whole, 6, axis);
  }

  private Node repeated(Node node, int place, int axis) {
    TensorProto constant = graph.constants().get(node.input(place));
    if (constant == null || axis >= constant.getDimsCount()) {
      return node;
    }
    if (!constant.hasRawData() && Tensors.isFloat(constant)) {
      constant = Tensors.of("", Tensors.floats(constant), Tensors.dims(constant));
    }
    long[] dims = Tensors.dims(constant);
    int blocks = Math.toIntExact(Tensors.elements(Arrays.copyOf(dims, axis)));
    int size = constant.getRawData().size() / blocks;
    ByteString data = ByteString.EMPTY;
    for (int block = 0; block < blocks; block++) {
      ByteString part = constant.getRawData().substring(block * size, (block + 1) * size);
      for (int i = 0; i < batch; i++) {
        data = data.concat(part);
      }
    }
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setDataType(constant.getDataType()).setRawData(data);
    Arrays.stream(times(dims, axis)).forEach(tensor::addDims);
    return withConstant(node, place, tensor);
  }

  private Node withConstant(Node node, int place, TensorProto.Builder tensor) {
    String name = graph.freshName(node.output() + "_rows" + place);
    graph.constants().put(name, tensor.setName(name).build());
    return new Node(node.proto().toBuilder().setInput(place, name).build());
  }

  private long[] times(long[] dims, int axis) {
    return Shapes.times(dims, axis, batch);
  }
}
