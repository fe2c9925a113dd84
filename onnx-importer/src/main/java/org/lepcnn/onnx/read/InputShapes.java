/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.ElementTypes;
import org.lepcnn.onnx.graph.Graph;
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
   * @throws BadInputException for other open dimensions, of all inputs at once; for options that
   *     contradict the model or name no input; and for inputs that are not tensors
   */
  public static Map<String, ValueType> resolve(Graph graph, Map<String, long[]> stated) {
    Map<String, ValueType> types = new LinkedHashMap<>();
    List<ValueInfoProto> open = new ArrayList<>();
    for (ValueInfoProto input : graph.inputs()) {
      requireTensor(input);
      long[] dims = dims(input, stated.get(input.getName()));
      if (dims == null) {
        open.add(input);
      } else {
        requireModest(input.getName(), dims);
        types.put(
            input.getName(), new ValueType(input.getType().getTensorType().getElemType(), dims));
      }
    }
    for (String name : stated.keySet()) {
      if (!graph.inputNames().contains(name)) {
        throw BadInputException.about("Reading the option --input")
            .expected("the name of an input of the model, one of " + graph.inputNames())
            .found(name);
      }
    }
    if (!open.isEmpty()) {
      throw unknown(graph, open);
    }
    return types;
  }

  private static void requireTensor(ValueInfoProto input) {
    if (input.getType().getValueCase() != TypeProto.ValueCase.TENSOR_TYPE) {
      throw BadInputException.about("Importing the model")
          .expected("tensors as inputs")
          .found(
              "that %s is of another kind (%s)"
                  .formatted(input.getName(), input.getType().getValueCase()));
    }
  }

  private static void requireModest(String name, long[] dims) {
    if (Tensors.elements(dims) > MAX_ELEMENTS) {
      throw BadInputException.about(
              "Importing the model: input %s may have at most %s elements"
                  .formatted(name, MAX_ELEMENTS))
          .found("the shape " + Shapes.text(dims));
    }
  }

  /** Concrete dimensions; null when some are open. */
  private static long[] dims(ValueInfoProto input, long[] stated) {
    if (!input.getType().getTensorType().hasShape()) {
      return stated == null ? null : stated.clone();
    }
    TensorShapeProto shape = input.getType().getTensorType().getShape();
    if (stated != null && stated.length != shape.getDimCount()) {
      throw contradiction(input.getName(), shape, stated);
    }
    long[] dims = new long[shape.getDimCount()];
    for (int i = 0; i < dims.length; i++) {
      boolean fixed = isFixed(shape.getDim(i));
      if (fixed && stated != null && stated[i] != shape.getDim(i).getDimValue()) {
        throw contradiction(input.getName(), shape, stated);
      }
      if (!fixed && stated == null && i > 0) {
        return null;
      }
      dims[i] = fixed ? shape.getDim(i).getDimValue() : stated == null ? 1 : stated[i];
    }
    return dims;
  }

  private static boolean isFixed(TensorShapeProto.Dimension dim) {
    return dim.hasDimValue() && dim.getDimValue() > 0;
  }

  private static BadInputException unknown(Graph graph, List<ValueInfoProto> open) {
    List<String> found = new ArrayList<>();
    StringBuilder remedy = new StringBuilder("State them with");
    for (ValueInfoProto input : open) {
      TypeProto.Tensor tensor = input.getType().getTensorType();
      found.add(
          input.getName()
              + " ("
              + ElementTypes.name(tensor.getElemType())
              + ") of shape "
              + (tensor.hasShape() ? text(tensor.getShape()) : "unknown"));
      long[] example = LikelyShape.of(graph, input);
      remedy
          .append(" --input ")
          .append(input.getName())
          .append('=')
          .append(Shapes.text(example))
          .append(example.length == 1 ? "x" : "");
    }
    return BadInputException.about("Importing the model")
        .expected("inputs of concrete dimensions")
        .found(String.join(", ", found), remedy + " (with your sizes).");
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
      if (isFixed(dim)) {
        text.append(dim.getDimValue());
      } else {
        text.append(dim.hasDimParam() && !dim.getDimParam().isEmpty() ? dim.getDimParam() : "?");
      }
    }
    return text.toString();
  }
}
