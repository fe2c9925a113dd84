/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.load;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Map;
import java.util.SplittableRandom;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.graph.ValueType;

/**
 * A network whose first tensor travels in four chunks and costs the edge little: a convolution over
 * a picture of {@value #SIDE} by {@value #SIDE}, a second one, and no more. Its weights and
 * pictures are noise with a seed.
 */
final class WideModel {
  static final int SIDE = 960;
  private static final int KERNEL = 8;
  private static final int OPSET = 17;
  private static final int IR_VERSION = 8;
  private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
  private static final String INPUT = "picture";

  private WideModel() {}

  /** The model file's bytes. */
  static byte[] onnx() {
    SplittableRandom random = new SplittableRandom(1);
    int end = SIDE / KERNEL / KERNEL;
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("wide")
            .addInput(ValueType.declareFloats(INPUT, 1, 1, SIDE, SIDE))
            .addInitializer(weight("w1", random))
            .addInitializer(weight("w2", random))
            .addNode(conv(INPUT, "w1", "a"))
            .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("a").addOutput("b"))
            .addNode(conv("b", "w2", "out"))
            .addOutput(ValueType.declareFloats("out", 1, 1, end, end))
            .build();
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  /** A picture of noise from 0 to 1. */
  static Map<String, HostTensor> picture(int number) {
    SplittableRandom random = new SplittableRandom(number);
    float[] values = new float[SIDE * SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble();
    }
    return Map.of(INPUT, HostTensor.of(values, 1, 1, SIDE, SIDE));
  }

  private static NodeProto conv(String input, String weight, String output) {
    return NodeProto.newBuilder()
        .setOpType("Conv")
        .addInput(input)
        .addInput(weight)
        .addOutput(output)
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("strides")
                .setType(AttributeProto.AttributeType.INTS)
                .addInts(KERNEL)
                .addInts(KERNEL))
        .build();
  }

  private static TensorProto weight(String name, SplittableRandom random) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(FLOAT);
    tensor.addDims(1).addDims(1).addDims(KERNEL).addDims(KERNEL);
    for (int i = 0; i < KERNEL * KERNEL; i++) {
      tensor.addFloatData((float) (random.nextDouble() - 0.25) / KERNEL);
    }
    return tensor.build();
  }
}
