/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.lepcnn.onnx.graph.DataDependence;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Shapes;

/**
 * An operator, its inputs and its attributes, in a line. {@code f2x3} are random numbers, {@code
 * u2x3} bytes, {@code h2} integers of 16 bits, {@code b4} truth values, {@code t4} texts, {@code
 * i5:2x2} integers from 0 to 4; {@code =1,-1} are the same integers each time, {@code =5.} is one
 * without a dimension, {@code =1f,2f} are numbers; {@code _} is left out. {@code ~i5:2} stands for
 * one to four rows of such, and a star behind an input for few different values. {@code @18} is the
 * operator set of the operator's domain.
 */
record OperatorCase(NodeProto proto, List<String> inputs, long opset) {
  private static final int TRIES = 12;
  private static final long OPSET = 17;

  private static final Set<String> LISTS =
      Set.of(
          "axes",
          "border",
          "classlabels_int64s",
          "classlabels_ints",
          "cats_int64s",
          "class_ids",
          "class_nodeids",
          "class_treeids",
          "inputdimensions",
          "kernel_shape",
          "keys_int64s",
          "nodes_falsenodeids",
          "nodes_featureids",
          "nodes_modes",
          "nodes_nodeids",
          "nodes_treeids",
          "nodes_truenodeids",
          "pooled_shape",
          "shape",
          "strides",
          "target_ids",
          "target_nodeids",
          "target_treeids",
          "value_ints",
          "values_int64s");

  private static final Map<String, Integer> OUTPUTS =
      Map.of(
          "TopK", 2,
          "Unique", 3,
          "DynamicQuantizeLinear", 3,
          "LinearClassifier", 2,
          "SVMClassifier", 2,
          "TreeEnsembleClassifier", 2);

  static OperatorCase parse(String line) {
    String[] words = line.split(" ");
    String[] name = words[0].split("::");
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(name[name.length - 1]).addOutput("y0");
    if (name.length > 1) {
      node.setDomain(name[0]);
    }
    List<String> inputs = new ArrayList<>();
    long opset = node.getDomain().isEmpty() ? OPSET : 1;
    for (String word : List.of(words).subList(1, words.length)) {
      if (word.startsWith("@")) {
        opset = Long.parseLong(word.substring(1));
      } else if (word.matches("[A-Za-z_][A-Za-z_0-9]*[=:].*") && !word.matches("~?i.*:.*")) {
        node.addAttribute(attribute(word));
      } else {
        node.addInput(word.equals("_") ? "" : "x" + inputs.size());
        inputs.add(word);
      }
    }
    for (int i = 1; i < OUTPUTS.getOrDefault(node.getOpType(), 1); i++) {
      node.addOutput("y" + i);
    }
    return new OperatorCase(node.build(), inputs, opset);
  }

  private static AttributeProto attribute(String word) {
    String[] parts = word.split("[=:]", 2);
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(parts[0]);
    if (word.charAt(parts[0].length()) == ':') {
      if (LISTS.contains(parts[0])) {
        attribute.setType(AttributeProto.AttributeType.STRINGS);
        for (String text : parts[1].split(",")) {
          attribute.addStrings(ByteString.copyFromUtf8(text));
        }
        return attribute.build();
      }
      return attribute
          .setType(AttributeProto.AttributeType.STRING)
          .setS(ByteString.copyFromUtf8(parts[1]))
          .build();
    }
    if (parts[1].contains(".")) {
      return floats(attribute, parts[1]).build();
    }
    if (LISTS.contains(parts[0])) {
      attribute.setType(AttributeProto.AttributeType.INTS);
      for (String number : parts[1].split(",")) {
        attribute.addInts(Long.parseLong(number));
      }
      return attribute.build();
    }
    return attribute
        .setType(AttributeProto.AttributeType.INT)
        .setI(Long.parseLong(parts[1]))
        .build();
  }

  private static AttributeProto.Builder floats(AttributeProto.Builder attribute, String text) {
    if (!text.contains(",")) {
      return attribute.setType(AttributeProto.AttributeType.FLOAT).setF(Float.parseFloat(text));
    }
    attribute.setType(AttributeProto.AttributeType.FLOATS);
    for (String number : text.split(",")) {
      attribute.addFloats(Float.parseFloat(number));
    }
    return attribute;
  }

  org.lepcnn.onnx.graph.Node node() {
    return new org.lepcnn.onnx.graph.Node(proto);
  }

  boolean dependsOnData() {
    Graph graph = new Graph(model(new Random(0)));
    return DataDependence.dependsOnData(graph, node(), input -> inputs.get(input).startsWith("="));
  }

  /** The shapes of all outputs, over several inputs. */
  Set<String> shapes() {
    Set<String> shapes = new HashSet<>();
    for (int seed = 0; seed < TRIES; seed++) {
      shapes.add(
          OnnxRuntime.run(
              "Running one operator", model(new Random(seed)), Map.of(), OperatorCase::shapesOf));
    }
    return shapes;
  }

  private static String shapesOf(ai.onnxruntime.OrtSession.Result result) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, OnnxValue> output : result) {
      text.append(text.length() == 0 ? "" : " ").append(shapeOf(output.getValue()));
    }
    return text.toString();
  }

  private static String shapeOf(OnnxValue value) {
    if (value instanceof OnnxTensor tensor) {
      return Shapes.text(tensor.getInfo().getShape());
    }
    try {
      return ((OnnxSequence) value)
          .getValue().stream().map(OperatorCase::shapeOf).toList().toString();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All inputs are initializers: what they are makes no difference to the operator. */
  private ModelProto model(Random random) {
    int rows = 1 + random.nextInt(4);
    GraphProto.Builder graph = GraphProto.newBuilder().setName("one").addNode(proto);
    for (int i = 0; i < inputs.size(); i++) {
      if (!proto.getInput(i).isEmpty()) {
        graph.addInitializer(tensor(inputs.get(i), rows, random).setName("x" + i));
      }
    }
    for (String output : proto.getOutputList()) {
      if (!output.isEmpty()) {
        graph.addOutput(ValueInfoProto.newBuilder().setName(output));
      }
    }
    ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8).setGraph(graph);
    String domain = proto.getDomain();
    if (!domain.isEmpty()) {
      model.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET));
    }
    return model
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(opset))
        .build();
  }

  private static TensorProto.Builder tensor(String spec, int rows, Random random) {
    if (spec.startsWith("=")) {
      return constants(spec.substring(1));
    }
    boolean severalRows = spec.startsWith("~");
    boolean few = spec.endsWith("*");
    String word = spec.replaceAll("^~|\\*$", "");
    char kind = word.charAt(0);
    String shape = word.substring(kind == 'i' ? word.indexOf(':') + 1 : 1);
    String text = severalRows ? rows + "x" + shape : shape;
    int elements = 1;
    TensorProto.Builder tensor = TensorProto.newBuilder();
    for (String dim : text.isEmpty() ? new String[0] : text.split("x")) {
      tensor.addDims(Long.parseLong(dim));
      elements *= Integer.parseInt(dim);
    }
    ByteBuffer data = ByteBuffer.allocate(8 * elements).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      switch (kind) {
        case 'f' -> data.putFloat(few ? random.nextInt(3) : random.nextFloat() + 0.01f);
        case 'u' -> data.put((byte) random.nextInt(8));
        case 'h' -> data.putShort((short) random.nextInt(8));
        case 't' -> tensor.addStringData(ByteString.copyFromUtf8("a" + random.nextInt(9)));
        case 'b' -> data.put((byte) random.nextInt(2));
        default -> data.putLong(integer(word.substring(1, word.indexOf(':')), random));
      }
    }
    if (kind == 't') {
      return tensor.setDataType(TensorProto.DataType.STRING_VALUE);
    }
    return tensor
        .setDataType(
            switch (kind) {
              case 'f' -> TensorProto.DataType.FLOAT_VALUE;
              case 'u' -> TensorProto.DataType.UINT8_VALUE;
              case 'h' -> TensorProto.DataType.INT16_VALUE;
              case 'b' -> TensorProto.DataType.BOOL_VALUE;
              default -> TensorProto.DataType.INT64_VALUE;
            })
        .setRawData(ByteString.copyFrom(data.flip()));
  }

  /** {@code 5+1} are integers from 1 to 5. */
  private static long integer(String range, Random random) {
    String[] parts = range.split("\\+");
    long least = parts.length > 1 ? Long.parseLong(parts[1]) : 0;
    return least + random.nextInt(Integer.parseInt(parts[0]));
  }

  private static TensorProto.Builder constants(String text) {
    boolean scalar = text.endsWith(".");
    String[] numbers = (scalar ? text.substring(0, text.length() - 1) : text).split(",");
    boolean real = numbers[0].endsWith("f");
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDataType(
                real ? TensorProto.DataType.FLOAT_VALUE : TensorProto.DataType.INT64_VALUE);
    if (!scalar) {
      tensor.addDims(numbers.length);
    }
    for (String number : numbers) {
      if (real) {
        tensor.addFloatData(Float.parseFloat(number));
      } else {
        tensor.addInt64Data(Long.parseLong(number));
      }
    }
    return tensor;
  }
}
