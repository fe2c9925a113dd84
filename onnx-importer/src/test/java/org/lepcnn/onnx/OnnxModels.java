/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.lepcnn.onnx.graph.Tensors;

/**
 * Builds ONNX models for tests. {@link #weights} gives weights that int8 holds exactly: multiples
 * of 1/64 with 127/64 in every output channel, so that only the activations are rounded.
 */
public final class OnnxModels {
  private static final float STEP = 1 / 64f;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);
  private final Random random;
  private int counter;
  private int opset = 13;

  public OnnxModels(long seed) {
    random = new Random(seed);
  }

  public OnnxModels opset(int version) {
    opset = version;
    return this;
  }

  public OnnxModels ir(long version) {
    model.setIrVersion(version);
    return this;
  }

  public ModelProto.Builder model() {
    return model;
  }

  public GraphProto.Builder graph() {
    return graph;
  }

  /** Declares an input; a negative dimension is left open. */
  public OnnxModels input(String name, long... dims) {
    return input(name, TensorProto.DataType.FLOAT, dims);
  }

  public OnnxModels input(String name, TensorProto.DataType type, long... dims) {
    graph.addInput(value(name, type, dims));
    return this;
  }

  public OnnxModels output(String... names) {
    for (String name : names) {
      graph.addOutput(ValueInfoProto.newBuilder().setName(name));
    }
    return this;
  }

  public static ValueInfoProto value(String name, TensorProto.DataType type, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      TensorShapeProto.Dimension.Builder builder = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(dim < 0 ? builder.setDimParam("d" + -dim) : builder.setDimValue(dim));
    }
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** Adds a node with one output of that name and returns the name. */
  public String node(String op, String output, String inputs, AttributeProto... attributes) {
    return node("", op, List.of(output), inputs, attributes);
  }

  /** Adds a node of a domain with any outputs, and returns the first one's name. */
  public String node(
      String domain, String op, List<String> outputs, String inputs, AttributeProto... attributes) {
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setDomain(domain)
            .setOpType(op)
            .setName("node_" + outputs.get(0))
            .addAllOutput(outputs);
    if (!inputs.isEmpty()) {
      node.addAllInput(Arrays.asList(inputs.split(" ", -1)));
    }
    node.addAllAttribute(Arrays.asList(attributes));
    graph.addNode(node);
    return outputs.get(0);
  }

  /** A float initializer with the given values, in raw data. */
  public String constant(float[] values, long... dims) {
    ByteBuffer raw =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return add(tensor(TensorProto.DataType.FLOAT, dims).setRawData(ByteString.copyFrom(raw)));
  }

  /** A float initializer with the given values, in typed data. */
  public String typedConstant(float[] values, long... dims) {
    TensorProto.Builder tensor = tensor(TensorProto.DataType.FLOAT, dims);
    for (float value : values) {
      tensor.addFloatData(value);
    }
    return add(tensor);
  }

  /** An initializer of 8-bit or 32-bit integers, in typed data. */
  public String integers(TensorProto.DataType type, int[] values, long... dims) {
    TensorProto.Builder tensor = tensor(type, dims);
    for (int value : values) {
      tensor.addInt32Data(value);
    }
    return add(tensor);
  }

  /** A float initializer without dimensions. */
  public String number(float value) {
    return constant(new float[] {value});
  }

  public String integers(long... values) {
    TensorProto.Builder tensor = tensor(TensorProto.DataType.INT64, values.length);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    return add(tensor);
  }

  /**
   * Weights that int8 holds exactly along the axis of the output channels.
   *
   * @param channelAxis which axis counts output channels
   */
  public float[] exactWeights(int channelAxis, long... dims) {
    float[] values = new float[Math.toIntExact(Tensors.elements(dims))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (random.nextInt(255) - 127) * STEP;
    }
    int inner = 1;
    for (int axis = channelAxis + 1; axis < dims.length; axis++) {
      inner *= Math.toIntExact(dims[axis]);
    }
    // every slice of a channel, so that each group of a ConvTranspose has one as well
    for (int first = 0; first < values.length; first += inner) {
      values[first] = (random.nextBoolean() ? 127 : -127) * STEP;
    }
    return values;
  }

  public String weights(int channelAxis, long... dims) {
    return constant(exactWeights(channelAxis, dims), dims);
  }

  /** Numbers in [low, high). */
  public float[] numbers(int count, double low, double high) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (low + random.nextDouble() * (high - low));
    }
    return values;
  }

  public String vector(int count, double low, double high) {
    return constant(numbers(count, low, high), count);
  }

  /** Conv with constant weights and bias. */
  public String conv(String input, String output, long[] dims, AttributeProto... attributes) {
    String bias = vector(Math.toIntExact(dims[0]), -1, 1);
    return node("Conv", output, input + " " + weights(0, dims) + " " + bias, attributes);
  }

  public static long[] dims(long... dims) {
    return dims;
  }

  public static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  public static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  public static AttributeProto real(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  public static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  public static AttributeProto body(String name, GraphProto.Builder graph) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.GRAPH)
        .setG(graph)
        .build();
  }

  public ModelProto build() {
    return model
        .clone()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
        .setGraph(graph)
        .build();
  }

  public Path write(Path folder) {
    Path file = folder.resolve("net.onnx");
    try {
      Files.write(file, build().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private TensorProto.Builder tensor(TensorProto.DataType type, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName("c" + counter++).setDataType(type.getNumber());
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor;
  }

  private String add(TensorProto.Builder tensor) {
    graph.addInitializer(tensor);
    return tensor.getName();
  }
}
