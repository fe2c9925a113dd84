/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.Set;
import org.lepcnn.onnx.graph.Tensors;

/**
 * Turns a model of float16 or bfloat16 numbers into one of float32: weights are widened, which is
 * exact, and every value, the inputs and outputs among them, becomes float32. A layer is quantized
 * from float32 either way, and the device computes the rest more precisely than the model asks for.
 */
final class Float16Widening {
  private static final int FLOAT16 = TensorProto.DataType.FLOAT16_VALUE;
  private static final int BFLOAT16 = TensorProto.DataType.BFLOAT16_VALUE;

  /** Attributes that hold an element type. */
  private static final Set<String> TYPE_ATTRIBUTES = Set.of("to", "dtype", "output_dtype");

  private Float16Widening() {}

  /** The model in float32. Its tensors are consistent and inside. */
  static ModelProto widen(ModelProto model) {
    ModelProto.Builder builder = model.toBuilder();
    widen(builder.getGraphBuilder());
    for (FunctionProto.Builder function : builder.getFunctionsBuilderList()) {
      for (int i = 0; i < function.getNodeCount(); i++) {
        function.setNode(i, widen(function.getNode(i)));
      }
    }
    return builder.build();
  }

  private static void widen(GraphProto.Builder graph) {
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      graph.setInitializer(i, widen(graph.getInitializer(i)));
    }
    for (int i = 0; i < graph.getInputCount(); i++) {
      graph.setInput(i, widen(graph.getInput(i)));
    }
    for (int i = 0; i < graph.getOutputCount(); i++) {
      graph.setOutput(i, widen(graph.getOutput(i)));
    }
    for (int i = 0; i < graph.getValueInfoCount(); i++) {
      graph.setValueInfo(i, widen(graph.getValueInfo(i)));
    }
    for (int i = 0; i < graph.getNodeCount(); i++) {
      graph.setNode(i, widen(graph.getNode(i)));
    }
  }

  private static NodeProto widen(NodeProto node) {
    if (node.getAttributeCount() == 0) {
      return node;
    }
    NodeProto.Builder builder = node.toBuilder();
    for (AttributeProto.Builder attribute : builder.getAttributeBuilderList()) {
      if (TYPE_ATTRIBUTES.contains(attribute.getName()) && isHalf((int) attribute.getI())) {
        attribute.setI(Tensors.FLOAT);
      }
      if (attribute.hasT()) {
        attribute.setT(widen(attribute.getT()));
      }
      for (int i = 0; i < attribute.getTensorsCount(); i++) {
        attribute.setTensors(i, widen(attribute.getTensors(i)));
      }
      if (attribute.hasG()) {
        widen(attribute.getGBuilder());
      }
      attribute.getGraphsBuilderList().forEach(Float16Widening::widen);
    }
    return builder.build();
  }

  private static ValueInfoProto widen(ValueInfoProto value) {
    TypeProto type = value.getType();
    if (type.hasTensorType() && isHalf(type.getTensorType().getElemType())) {
      ValueInfoProto.Builder builder = value.toBuilder();
      builder.getTypeBuilder().getTensorTypeBuilder().setElemType(Tensors.FLOAT);
      return builder.build();
    }
    return value;
  }

  private static TensorProto widen(TensorProto tensor) {
    if (!isHalf(tensor.getDataType())) {
      return tensor;
    }
    Tensors.requireConsistent(tensor);
    boolean brain = tensor.getDataType() == BFLOAT16;
    short[] halves = halves(tensor);
    ByteBuffer raw =
        ByteBuffer.allocate(Math.multiplyExact(halves.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (short half : halves) {
      raw.putFloat(brain ? Fp16Conversions.bf16ToFloat(half) : Fp16Conversions.fp16ToFloat(half));
    }
    TensorProto widened =
        tensor.toBuilder()
            .setDataType(Tensors.FLOAT)
            .clearInt32Data()
            .setRawData(UnsafeByteOperations.unsafeWrap(raw.array()))
            .build();
    Tensors.requireConsistent(widened);
    return widened;
  }

  /** The bits of the elements; the format keeps them in raw data or, one each, in int32_data. */
  private static short[] halves(TensorProto tensor) {
    if (tensor.hasRawData()) {
      ShortBuffer raw =
          tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
      short[] halves = new short[raw.remaining()];
      raw.get(halves);
      return halves;
    }
    short[] halves = new short[tensor.getInt32DataCount()];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = (short) tensor.getInt32Data(i);
    }
    return halves;
  }

  private static boolean isHalf(int type) {
    return type == FLOAT16 || type == BFLOAT16;
  }
}
