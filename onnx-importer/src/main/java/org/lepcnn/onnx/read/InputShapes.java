/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/** Gives every input of a model concrete dimensions. */
public final class InputShapes {
  /** 256 Mi elements: inputs beyond this are refused before memory is taken for them. */
  private static final long MAX_ELEMENTS = 256L << 20;

  private InputShapes() {}

  /**
   * The inputs' types: dimensions from the model, from the options where the model leaves them
   * open, and 1 for an open first dimension, the batch.
   *
   * @throws BadInputException for other open dimensions, options that contradict the model or name
   *     no input, and inputs that are not tensors
   */
  public static Map<String, ValueType> resolve(
      List<ValueInfoProto> inputs, Map<String, long[]> stated) {
    Map<String, ValueType> types = new LinkedHashMap<>();
    for (ValueInfoProto input : inputs) {
      types.put(input.getName(), resolve(input, stated.get(input.getName())));
    }
    for (String name : stated.keySet()) {
      if (!types.containsKey(name)) {
        throw BadInputException.about("Reading the option --input")
            .expected("the name of an input of the model, one of " + types.keySet())
            .found(name);
      }
    }
    return types;
  }

  private static ValueType resolve(ValueInfoProto input, long[] stated) {
    if (input.getType().getValueCase() != TypeProto.ValueCase.TENSOR_TYPE) {
      throw BadInputException.about("Importing the model")
          .expected("tensors as inputs")
          .found(
              "that %s is of another kind (%s)"
                  .formatted(input.getName(), input.getType().getValueCase()));
    }
    TypeProto.Tensor tensor = input.getType().getTensorType();
    long[] dims =
        tensor.hasShape()
            ? concrete(input.getName(), tensor.getShape(), stated)
            : withoutShape(input.getName(), stated);
    if (Tensors.elements(dims) > MAX_ELEMENTS) {
      throw BadInputException.about(
              "Importing the model: input %s may have at most %s elements"
                  .formatted(input.getName(), MAX_ELEMENTS))
          .found("the shape " + Shapes.text(dims));
    }
    return new ValueType(tensor.getElemType(), dims);
  }

  private static long[] withoutShape(String name, long[] stated) {
    if (stated == null) {
      throw unknown(name, "a shape", "none", "1x3x224x224");
    }
    return stated.clone();
  }

  private static long[] concrete(String name, TensorShapeProto shape, long[] stated) {
    if (stated != null && stated.length != shape.getDimCount()) {
      throw contradiction(name, shape, stated);
    }
    long[] dims = new long[shape.getDimCount()];
    for (int i = 0; i < dims.length; i++) {
      TensorShapeProto.Dimension dim = shape.getDim(i);
      boolean fixed = dim.hasDimValue() && dim.getDimValue() > 0;
      if (fixed && stated != null && stated[i] != dim.getDimValue()) {
        throw contradiction(name, shape, stated);
      }
      if (fixed) {
        dims[i] = dim.getDimValue();
      } else if (stated != null) {
        dims[i] = stated[i];
      } else if (i == 0) {
        dims[i] = 1;
      } else {
        throw unknown(name, "concrete dimensions", text(shape), example(shape));
      }
    }
    return dims;
  }

  private static BadInputException unknown(
      String name, String expected, String found, String example) {
    return BadInputException.about("Importing the model")
        .expected(expected + " of input " + name)
        .found(found, "State them with --input " + name + "=" + example + " (with your sizes).");
  }

  private static BadInputException contradiction(
      String name, TensorShapeProto shape, long[] stated) {
    return BadInputException.about("Reading the option --input")
        .expected("dimensions of " + name + " that fit the model's " + text(shape))
        .found(Shapes.text(stated));
  }

  private static String text(TensorShapeProto shape) {
    StringBuilder text = new StringBuilder();
    for (TensorShapeProto.Dimension dim : shape.getDimList()) {
      text.append(text.length() == 0 ? "" : "x");
      if (dim.hasDimValue() && dim.getDimValue() > 0) {
        text.append(dim.getDimValue());
      } else {
        text.append(dim.hasDimParam() && !dim.getDimParam().isEmpty() ? dim.getDimParam() : "?");
      }
    }
    return text.toString();
  }

  private static String example(TensorShapeProto shape) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < shape.getDimCount(); i++) {
      TensorShapeProto.Dimension dim = shape.getDim(i);
      boolean fixed = dim.hasDimValue() && dim.getDimValue() > 0;
      text.append(i == 0 ? "" : "x").append(fixed ? dim.getDimValue() : i == 0 ? 1 : 224);
    }
    return text.toString();
  }
}
