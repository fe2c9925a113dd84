/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.graph.ValueType;

/**
 * A linear layer in float, as ONNX Runtime would compute it in the open: a model of one {@code
 * Gemm} or {@code Conv} with the same shape and constant weights, without bias, as the masked layer
 * has none.
 */
public final class FloatLayer {
  private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;

  private FloatLayer() {}

  /** Opens the layer; empty for shapes that no single Conv has (dilated inputs, cropping). */
  public static Optional<PlainModel> open(ConvGeometry g, byte[] weights, int threads) {
    ConvAxis height = g.height();
    ConvAxis width = g.width();
    boolean gemm = height.isSingle() && width.isSingle() && g.groups() == 1;
    if (isOfItsOwn(height) || isOfItsOwn(width)) {
      return Optional.empty();
    }
    long[] shape =
        gemm
            ? new long[] {g.batch(), g.inChannels()}
            : new long[] {g.batch(), g.inChannels(), height.in(), width.in()};
    NodeProto node = gemm ? gemmNode() : convNode(g);
    byte[] model = model(node, weightTensor(g, weights, gemm), shape);
    float[] x = BenchModel.uniform(new SplittableRandom(g.inputSize()), shape);
    return Optional.of(PlainModel.open(model, threads, Map.of("x", HostTensor.of(x, shape))));
  }

  /** Whether no axis of a Conv is the same: its inputs are dilated or cropped. */
  private static boolean isOfItsOwn(ConvAxis axis) {
    return axis.inputDilation() != 1 || axis.padBefore() < 0;
  }

  private static NodeProto gemmNode() {
    AttributeProto transposed =
        AttributeProto.newBuilder()
            .setName("transB")
            .setType(AttributeProto.AttributeType.INT)
            .setI(1)
            .build();
    return node("Gemm").addAttribute(transposed).build();
  }

  private static NodeProto convNode(ConvGeometry g) {
    ConvAxis height = g.height();
    ConvAxis width = g.width();
    int padBottom = Math.max(0, height.padAfter());
    int padRight = Math.max(0, width.padAfter());
    AttributeProto group =
        AttributeProto.newBuilder()
            .setName("group")
            .setType(AttributeProto.AttributeType.INT)
            .setI(g.groups())
            .build();
    return node("Conv")
        .addAttribute(group)
        .addAttribute(ints("kernel_shape", height.kernel(), width.kernel()))
        .addAttribute(ints("strides", height.stride(), width.stride()))
        .addAttribute(ints("dilations", height.dilation(), width.dilation()))
        .addAttribute(ints("pads", height.padBefore(), width.padBefore(), padBottom, padRight))
        .build();
  }

  private static NodeProto.Builder node(String op) {
    return NodeProto.newBuilder().setOpType(op).addInput("x").addInput("w").addOutput("y");
  }

  private static AttributeProto ints(String name, long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(Arrays.stream(values).boxed().toList())
        .build();
  }

  private static TensorProto weightTensor(ConvGeometry g, byte[] weights, boolean gemm) {
    ByteBuffer floats =
        ByteBuffer.allocate(Math.multiplyExact(weights.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (byte weight : weights) {
      floats.putFloat(weight / 127f);
    }
    ByteString raw = UnsafeByteOperations.unsafeWrap(floats.array());
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName("w").setDataType(FLOAT).setRawData(raw);
    tensor.addDims(g.outChannels()).addDims(g.inChannels() / g.groups());
    if (!gemm) {
      tensor.addDims(g.height().kernel()).addDims(g.width().kernel());
    }
    return tensor.build();
  }

  private static byte[] model(NodeProto node, TensorProto weights, long[] shape) {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("layer")
            .addNode(node)
            .addInitializer(weights)
            .addInput(ValueType.declareFloats("x", shape))
            .addOutput(new ValueType(FLOAT, new long[0]).declare("y", false))
            .build();
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .setGraph(graph)
        .build()
        .toByteArray();
  }
}
