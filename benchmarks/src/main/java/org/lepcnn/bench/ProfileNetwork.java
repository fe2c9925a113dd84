/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;
import java.util.SplittableRandom;
import org.lepcnn.onnx.graph.ValueType;

/**
 * A network of two 1×1 convolutions, each followed by ReLU: many elements and few multiplications,
 * so that a pass is what the device does and not what the edge does.
 */
final class ProfileNetwork {
  private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
  private static final int SIDE = 112;
  private static final int[] CHANNELS = {16, 16, 32};

  private ProfileNetwork() {}

  static ModelProto model() {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("profile");
    graph.addInput(ValueType.declareFloats("v0", 1, CHANNELS[0], SIDE, SIDE));
    for (int i = 1; i < CHANNELS.length; i++) {
      graph.addInitializer(weights("w" + i, CHANNELS[i], CHANNELS[i - 1]));
      graph.addNode(node("Conv", "c" + i, "v" + (i - 1), "w" + i).addAttribute(kernel()));
      graph.addNode(node("Relu", "v" + i, "c" + i));
    }
    int last = CHANNELS.length - 1;
    graph.addOutput(ValueType.declareFloats("v" + last, 1, CHANNELS[last], SIDE, SIDE));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .setGraph(graph)
        .build();
  }

  private static NodeProto.Builder node(String op, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output);
  }

  private static AttributeProto kernel() {
    return AttributeProto.newBuilder()
        .setName("kernel_shape")
        .setType(AttributeProto.AttributeType.INTS)
        .addInts(1)
        .addInts(1)
        .build();
  }

  private static TensorProto weights(String name, int out, int in) {
    SplittableRandom random = new SplittableRandom(out);
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(FLOAT);
    tensor.addDims(out).addDims(in).addDims(1).addDims(1);
    for (int i = 0; i < out * in; i++) {
      tensor.addFloatData((float) (random.nextDouble() - 0.5));
    }
    return tensor.build();
  }
}
