/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

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
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.device.stage.HostTensor;

/**
 * A linear layer in float, as ONNX Runtime would compute it in the open: a model of one {@code
 * Gemm} or {@code Conv} with the same shape and constant weights, without bias, as the masked layer
 * has none.
 */
final class FloatLayer {
  private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;

  private FloatLayer() {}

  /** Opens the layer; empty for shapes that no single Conv has (dilated inputs, cropping). */
  static Optional<PlainModel> open(ConvGeometry g, byte[] weights, int threads) {
    boolean vectors = g.inHeight() == 1 && g.inWidth() == 1 && g.planeSize() == 1 && taps(g) == 1;
    boolean gemm = vectors && g.groups() == 1;
    int padBottom =
        endPadding(
            g.outHeight(),
            g.strideHeight(),
            span(g.kernelHeight(), g.dilationHeight()),
            g.inHeight(),
            g.padTop());
    int padRight =
        endPadding(
            g.outWidth(),
            g.strideWidth(),
            span(g.kernelWidth(), g.dilationWidth()),
            g.inWidth(),
            g.padLeft());
    boolean dilated = g.inputDilationHeight() != 1 || g.inputDilationWidth() != 1;
    if (dilated || g.padTop() < 0 || g.padLeft() < 0) {
      return Optional.empty();
    }
    long[] shape =
        gemm
            ? new long[] {g.batch(), g.inChannels()}
            : new long[] {g.batch(), g.inChannels(), g.inHeight(), g.inWidth()};
    NodeProto node = gemm ? gemmNode() : convNode(g, Math.max(0, padBottom), Math.max(0, padRight));
    byte[] model = model(node, weightTensor(g, weights, gemm), shape);
    float[] x = BenchModel.uniform(new SplittableRandom(g.inputSize()), shape);
    return Optional.of(PlainModel.open(model, threads, Map.of("x", HostTensor.of(x, shape))));
  }

  private static int taps(ConvGeometry g) {
    return g.kernelHeight() * g.kernelWidth();
  }

  private static int span(int kernel, int dilation) {
    return (kernel - 1) * dilation + 1;
  }

  private static int endPadding(int out, int stride, int span, int in, int padBegin) {
    return (out - 1) * stride + span - in - padBegin;
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

  private static NodeProto convNode(ConvGeometry g, int padBottom, int padRight) {
    AttributeProto group =
        AttributeProto.newBuilder()
            .setName("group")
            .setType(AttributeProto.AttributeType.INT)
            .setI(g.groups())
            .build();
    return node("Conv")
        .addAttribute(group)
        .addAttribute(ints("kernel_shape", g.kernelHeight(), g.kernelWidth()))
        .addAttribute(ints("strides", g.strideHeight(), g.strideWidth()))
        .addAttribute(ints("dilations", g.dilationHeight(), g.dilationWidth()))
        .addAttribute(ints("pads", g.padTop(), g.padLeft(), padBottom, padRight))
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
      tensor.addDims(g.kernelHeight()).addDims(g.kernelWidth());
    }
    return tensor.build();
  }

  private static byte[] model(NodeProto node, TensorProto weights, long[] shape) {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("layer")
            .addNode(node)
            .addInitializer(weights)
            .addInput(value("x", shape))
            .addOutput(value("y"))
            .build();
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  /** Without dimensions the shape is left to ONNX Runtime. */
  private static ValueInfoProto value(String name, long... dims) {
    TypeProto.Tensor.Builder type = TypeProto.Tensor.newBuilder().setElemType(FLOAT);
    if (dims.length > 0) {
      TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
      for (long dim : dims) {
        shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
      }
      type.setShape(shape);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }
}
