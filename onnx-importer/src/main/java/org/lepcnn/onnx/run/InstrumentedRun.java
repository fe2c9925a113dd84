/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/**
 * One run of the model with every value as an output, which tells all types and shapes, on an input
 * of the stated shape: floating point numbers spread over [0, 1), integers and booleans 0 and 1, or
 * 1 alone where the model does not run on zeros.
 *
 * @param types by value name: inputs, constants, and all that nodes produce
 * @param fixed elements of the values that are the same in every pass, as far as they are small
 * @param rows the values that hold the inputs of a batch row by row
 */
public record InstrumentedRun(
    Map<String, ValueType> types, Map<String, TensorProto> fixed, BatchRows rows) {
  /** Fixed values up to this many elements become constants of the device's sub-models. */
  private static final long MAX_FIXED_ELEMENTS = 64 << 10;

  /**
   * Runs the model.
   *
   * @param fixedValues the values that are the same in every pass
   */
  public static InstrumentedRun of(
      Graph graph, Map<String, ValueType> inputs, Set<String> fixedValues) {
    Map<String, ValueType> types = new HashMap<>(inputs);
    graph.constants().forEach((name, tensor) -> types.put(name, ValueType.of(tensor)));
    Map<String, TensorProto> fixed = new HashMap<>();
    GraphProto.Builder builder = instrumented(graph, inputs);
    if (builder.getOutputCount() > 0) {
      ModelProto model = SubModels.wrap(graph.model(), builder);
      runOnSomeInput(model, inputs, result -> collect(result, types, fixedValues, fixed));
    }
    return new InstrumentedRun(types, fixed, BatchRows.ONE);
  }

  /** Runs a part of a model by itself. One that does not run on made-up values tells nothing. */
  public static InstrumentedRun ofPart(ModelProto part, Map<String, ValueType> inputs) {
    try {
      return of(new Graph(part), inputs, Set.of());
    } catch (BadInputException e) {
      return new InstrumentedRun(Map.of(), Map.of(), BatchRows.ONE);
    }
  }

  private static void runOnSomeInput(
      ModelProto model, Map<String, ValueType> inputs, OnnxRuntime.OutputReader<Void> reader) {
    try {
      run(model, inputs, false, reader);
    } catch (OnnxRuntime.FailedRunException e) {
      // integers that are divisors or sizes may not be 0
      if (inputs.values().stream().allMatch(ValueType::isFloat)) {
        throw e;
      }
      runWithoutZeros(model, inputs, reader);
    }
  }

  private static void runWithoutZeros(
      ModelProto model, Map<String, ValueType> inputs, OnnxRuntime.OutputReader<Void> reader) {
    try {
      run(model, inputs, true, reader);
    } catch (OnnxRuntime.FailedRunException e) {
      throw new BadInputException(
          e.getMessage()
              + " Tried with integer inputs of zeros and of ones: an input that acts as a shape, an"
              + " axis or a split has to be a constant. Bind it with --input NAME=VALUE.",
          e);
    }
  }

  private static void run(
      ModelProto model,
      Map<String, ValueType> inputs,
      boolean withoutZeros,
      OnnxRuntime.OutputReader<Void> reader) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      inputs.forEach((name, type) -> tensors.put(name, tensor(name, type, withoutZeros)));
      OnnxRuntime.run("Running the model once", model, tensors, reader);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  /** The same of a model whose inputs are a batch. */
  public InstrumentedRun with(BatchRows batch) {
    return new InstrumentedRun(types, fixed, batch);
  }

  public ValueType type(String value) {
    return types.getOrDefault(value, ValueType.NOT_A_TENSOR);
  }

  private static GraphProto.Builder instrumented(Graph graph, Map<String, ValueType> inputs) {
    GraphProto.Builder builder = GraphProto.newBuilder().setName("values");
    inputs.forEach((name, type) -> builder.addInput(type.declare(name, true)));
    Set<String> read = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      builder.addNode(SubModels.named(node));
      read.addAll(node.reads());
      for (String value : node.outputs()) {
        if (!graph.isConstant(value)) {
          builder.addOutput(ValueInfoProto.newBuilder().setName(value));
        }
      }
    }
    read.stream()
        .filter(graph::isConstant)
        .map(graph.constants()::get)
        .forEach(builder::addInitializer);
    return builder;
  }

  private static Void collect(
      OrtSession.Result result,
      Map<String, ValueType> types,
      Set<String> fixedValues,
      Map<String, TensorProto> fixed) {
    for (Map.Entry<String, OnnxValue> output : result) {
      String name = output.getKey();
      if (output.getValue() instanceof OnnxTensor tensor) {
        long[] dims = tensor.getInfo().getShape();
        types.put(name, new ValueType(Tensors.onnxType(tensor), dims));
        if (fixedValues.contains(name) && Tensors.elements(dims) <= MAX_FIXED_ELEMENTS) {
          TensorProto value = Tensors.of(name, tensor);
          if (value != null) {
            fixed.put(name, value);
          }
        }
      } else {
        types.put(name, ValueType.NOT_A_TENSOR);
      }
    }
    return null;
  }

  /** Every element of float32 is another number; of other types every second one is zero. */
  private static OnnxTensor tensor(String name, ValueType type, boolean withoutZeros) {
    ElementForm form = ElementForm.of(name, type);
    ByteBuffer data = form.room(type.dims());
    if (form.isFloat()) {
      spread(data);
    } else if (form.bytes() > 0) {
      int step = withoutZeros ? 1 : 2;
      for (int i = step - 1; i < data.capacity() / form.bytes(); i += step) {
        form.put(data, i, form.one());
      }
    }
    return form.tensor(name, data, type.dims());
  }

  /** Multiples of the golden ratio modulo 1: deterministic, and no two neighbours alike. */
  private static void spread(ByteBuffer data) {
    FloatBuffer values = data.asFloatBuffer();
    for (int i = 0; i < values.capacity(); i++) {
      double multiple = i * 0.618033988749895;
      values.put(i, (float) (multiple - Math.floor(multiple)));
    }
  }
}
