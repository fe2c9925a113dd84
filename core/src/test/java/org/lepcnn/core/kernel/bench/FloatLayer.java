/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.lepcnn.core.io.Varint;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * The plain baseline: the same layer as a float32 {@code Conv} or {@code MatMul} of ONNX Runtime
 * with one thread, its input and output in buffers that stay where they are.
 */
public final class FloatLayer implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final OnnxTensor input;
  private final OnnxTensor output;

  /** A layer with the given weights; the input is some numbers. */
  public FloatLayer(ConvGeometry g, byte[] weights) throws OrtException {
    boolean product = g.planeSize() == 1 && g.inPlane() == 1;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      session = environment.createSession(model(g, weights, product), options);
    }
    long[] from =
        product
            ? new long[] {g.batch(), g.inChannels()}
            : new long[] {g.batch(), g.inChannels(), g.height().in(), g.width().in()};
    long[] to =
        product
            ? new long[] {g.batch(), g.outChannels()}
            : new long[] {g.batch(), g.outChannels(), g.height().out(), g.width().out()};
    FloatBuffer values = floats(g.inputSize());
    for (int i = 0; i < g.inputSize(); i++) {
      values.put(i, (i * 37 % 101 - 50) / 50f);
    }
    input = OnnxTensor.createTensor(environment, values, from);
    output = OnnxTensor.createTensor(environment, floats(g.outputSize()), to);
  }

  /** Runs the layer once. */
  public void run() throws OrtException {
    session.run(Map.of("x", input), Map.of("y", output)).close();
  }

  @Override
  public void close() throws OrtException {
    session.close();
    input.close();
    output.close();
  }

  private static FloatBuffer floats(int count) {
    return ByteBuffer.allocateDirect(count * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  private static byte[] model(ConvGeometry g, byte[] weights, boolean product) {
    Message node = new Message().text(1, "x").text(1, "w").text(2, "y");
    node.text(4, product ? "MatMul" : "Conv");
    if (!product) {
      int endTop = g.height().padAfter();
      int endLeft = g.width().padAfter();
      node.message(5, ints("strides", g.height().stride(), g.width().stride()));
      node.message(
          5,
          ints(
              "pads",
              g.height().padBefore(),
              g.width().padBefore(),
              Math.max(0, endTop),
              Math.max(0, endLeft)));
      node.message(5, ints("group", g.groups()));
    }
    Message tensor = new Message();
    long[] shape =
        product
            ? new long[] {g.inChannels(), g.outChannels()}
            : new long[] {
              g.outChannels(), g.inChannels() / g.groups(), g.height().kernel(), g.width().kernel()
            };
    for (long dimension : shape) {
      tensor.integer(1, dimension);
    }
    ByteBuffer raw =
        ByteBuffer.allocate(weights.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (byte weight : weights) {
      raw.putFloat(weight / 127f);
    }
    tensor.integer(2, 1).text(8, "w").bytes(9, raw.array());
    Message graph = new Message().message(1, node).text(2, "layer").message(5, tensor);
    long[] from =
        product
            ? new long[] {g.batch(), g.inChannels()}
            : new long[] {g.batch(), g.inChannels(), g.height().in(), g.width().in()};
    long[] to =
        product
            ? new long[] {g.batch(), g.outChannels()}
            : new long[] {g.batch(), g.outChannels(), g.height().out(), g.width().out()};
    graph.message(11, value("x", from)).message(12, value("y", to));
    return new Message()
        .integer(1, 8)
        .message(7, graph)
        .message(8, new Message().integer(2, 13))
        .out
        .toByteArray();
  }

  private static Message ints(String name, long... values) {
    Message attribute = new Message().text(1, name);
    if (name.equals("group")) {
      return attribute.integer(3, values[0]).integer(20, 2);
    }
    for (long value : values) {
      attribute.integer(8, value);
    }
    return attribute.integer(20, 7);
  }

  private static Message value(String name, long[] shape) {
    Message dimensions = new Message();
    for (long dimension : shape) {
      dimensions.message(1, new Message().integer(1, dimension));
    }
    Message type = new Message().message(1, new Message().integer(1, 1).message(2, dimensions));
    return new Message().text(1, name).message(2, type);
  }

  /** A protobuf message, written field by field. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message integer(int field, long value) {
      Varint.write((long) field << 3, out::write);
      Varint.write(value, out::write);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.out.toByteArray());
    }

    Message bytes(int field, byte[] value) {
      Varint.write(((long) field << 3) | 2, out::write);
      Varint.write(value.length, out::write);
      out.writeBytes(value);
      return this;
    }
  }
}
