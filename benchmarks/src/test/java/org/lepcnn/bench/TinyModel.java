/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.lepcnn.onnx.graph.ValueType;

/** A strided convolution with asymmetric padding, rectified, then a fully connected layer. */
public final class TinyModel {
  private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;

  private TinyModel() {}

  public static Path write(Path folder) throws IOException {
    Path file = folder.resolve("tiny.onnx");
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("tiny")
            .addInput(ValueType.declareFloats("x", 1, 3, 11, 9))
            .addInitializer(weights("w1", 16, 3, 3, 3))
            .addInitializer(weights("w2", 40, 16 * 6 * 4))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Conv")
                    .setName("conv")
                    .addInput("x")
                    .addInput("w1")
                    .addOutput("c")
                    .addAttribute(ints("strides", 2, 2))
                    .addAttribute(ints("pads", 1, 0, 1, 0)))
            .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("c").addOutput("r"))
            .addNode(NodeProto.newBuilder().setOpType("Flatten").addInput("r").addOutput("f"))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Gemm")
                    .setName("fc")
                    .addInput("f")
                    .addInput("w2")
                    .addOutput("y")
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("transB")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(1)))
            .addOutput(ValueType.declareFloats("y", 1, 40))
            .build();
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph)
            .build();
    return Files.write(file, model.toByteArray());
  }

  private static TensorProto weights(String name, long... dims) {
    SplittableRandom random = new SplittableRandom(name.hashCode());
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(FLOAT);
    Arrays.stream(dims).forEach(tensor::addDims);
    long count = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    for (long i = 0; i < count; i++) {
      tensor.addFloatData((float) (random.nextDouble() - 0.5));
    }
    return tensor.build();
  }

  private static AttributeProto ints(String name, long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(Arrays.stream(values).boxed().toList())
        .build();
  }
}
