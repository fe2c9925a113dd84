/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.ElementTypes;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.Tensors;

/** Makes constants of inputs whose value is stated: they are inputs of the model no longer. */
public final class BoundInputs {
  private static final String WHAT = "Reading the option --input";

  private BoundInputs() {}

  /**
   * The model with constants in place of inputs.
   *
   * @param values by the input's name
   * @throws BadInputException for names that are no inputs, values that do not fit the input's type
   *     or shape, and when no input is left
   */
  public static ModelProto bind(ModelProto model, Map<String, InputValue> values) {
    if (values.isEmpty()) {
      return model;
    }
    GraphProto.Builder graph = model.getGraph().toBuilder();
    values.forEach((name, value) -> bind(graph, name, value));
    if (graph.getInputCount() == 0) {
      throw BadInputException.about(WHAT)
          .expected("values for some of the model's inputs")
          .found("one for each, which leaves no input");
    }
    return model.toBuilder().setGraph(graph).build();
  }

  private static void bind(GraphProto.Builder graph, String name, InputValue value) {
    List<String> names = graph.getInputList().stream().map(ValueInfoProto::getName).toList();
    int index = names.indexOf(name);
    if (index < 0) {
      throw BadInputException.about(WHAT)
          .expected("the name of an input of the model, one of " + names)
          .found(name);
    }
    TypeProto.Tensor type = graph.getInput(index).getType().getTensorType();
    long[] dims = dims(name, type, value);
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getElemType());
    LongStream.of(dims).forEach(tensor::addDims);
    graph.addInitializer(tensor.setRawData(data(name, type.getElemType(), value)));
    graph.removeInput(index);
  }

  /** Open dimensions are 1, but for that of a vector, which has as many elements as are stated. */
  private static long[] dims(String name, TypeProto.Tensor type, InputValue value) {
    if (!type.hasShape()) {
      return value.isList() ? new long[] {value.numbers().size()} : new long[0];
    }
    TensorShapeProto shape = type.getShape();
    boolean openVector = shape.getDimCount() == 1 && shape.getDim(0).getDimValue() <= 0;
    if (openVector && !value.isList()) {
      throw BadInputException.about(WHAT)
          .expected(
              String.format(
                  "%s=%sx for the shape of %s, or %s=%s, for its one element",
                  name, value, name, name, value))
          .found(name + "=" + value);
    }
    long[] dims = new long[shape.getDimCount()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = Math.max(1, shape.getDim(i).getDimValue());
    }
    if (openVector) {
      dims[0] = value.numbers().size();
    }
    if (Tensors.elements(dims) != value.numbers().size()) {
      throw BadInputException.about(WHAT)
          .expected(
              Tensors.elements(dims)
                  + " numbers for the input "
                  + name
                  + " of shape "
                  + Shapes.text(dims))
          .found(
              value.numbers().size(),
              "Sizes joined by x, such as 1x3x224x224, state a shape; numbers joined by commas a"
                  + " value.");
    }
    return dims;
  }

  private static ByteString data(String name, int type, InputValue value) {
    int bytes = Tensors.bitsPerElement(type) / 8;
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(value.numbers().size(), bytes))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (String number : value.numbers()) {
      try {
        put(data, TensorProto.DataType.forNumber(type), number);
      } catch (NumberFormatException | ArithmeticException e) {
        throw BadInputException.about(WHAT)
            .expected("values of the type " + ElementTypes.name(type) + " for the input " + name)
            .because(e)
            .found(number);
      }
    }
    return ByteString.copyFrom(data.flip());
  }

  private static void put(ByteBuffer data, TensorProto.DataType type, String number) {
    switch (type == null ? TensorProto.DataType.UNDEFINED : type) {
      case FLOAT -> data.putFloat(Float.parseFloat(number));
      case DOUBLE -> data.putDouble(Double.parseDouble(number));
      case FLOAT16 -> data.putShort(Fp16Conversions.floatToFp16(Float.parseFloat(number)));
      case BFLOAT16 -> data.putShort(Fp16Conversions.floatToBf16(Float.parseFloat(number)));
      case INT64 -> data.putLong(Long.parseLong(number));
      case UINT64 -> data.putLong(Long.parseUnsignedLong(number));
      case INT32 -> data.putInt(Integer.parseInt(number));
      case UINT32 -> data.putInt(Integer.parseUnsignedInt(number));
      case INT16 -> data.putShort(Short.parseShort(number));
      case UINT16 -> data.putShort((short) within(number, 0, 0xffff));
      case INT8 -> data.put(Byte.parseByte(number));
      case UINT8 -> data.put((byte) within(number, 0, 0xff));
      case BOOL -> data.put((byte) truth(number));
      default -> throw new NumberFormatException("no numbers");
    }
  }

  private static long truth(String number) {
    return switch (number) {
      case "true" -> 1;
      case "false" -> 0;
      default -> within(number, 0, 1);
    };
  }

  private static long within(String number, long least, long most) {
    long value = Long.parseLong(number);
    if (value < least || value > most) {
      throw new ArithmeticException(number + " is not in " + least + " to " + most);
    }
    return value;
  }
}
