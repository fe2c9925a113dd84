/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.Precision;
import org.lepcnn.onnx.read.InputValue;

/**
 * How a model is imported. Immutable.
 *
 * @param inputShapes concrete dimensions by input name, for inputs with dimensions that the model
 *     leaves open
 * @param inputValues constants by input name; such an input is none of the bundle
 * @param offload which linear layers go to the edge
 * @param precision how finely weights are rounded
 * @param batch how many inputs a pass takes, each a row of the model's first dimension
 */
public record ImportOptions(
    Map<String, long[]> inputShapes,
    Map<String, InputValue> inputValues,
    OffloadPolicy offload,
    Precision precision,
    int batch) {
  /** Sizes joined by x; an x follows a single one. */
  private static final Pattern SHAPE = Pattern.compile("\\d+(?:[xX]\\d+)++|\\d+[xX]");

  /** The most inputs of a pass. */
  public static final int MAX_BATCH = 1024;

  public ImportOptions {
    if (batch < 1 || batch > MAX_BATCH) {
      throw BadInputException.about("Reading the option --batch")
          .expected("1 to " + MAX_BATCH + " inputs")
          .found(batch);
    }
    Map<String, long[]> copy = new LinkedHashMap<>();
    inputShapes.forEach((name, dims) -> copy.put(name, dims.clone()));
    inputShapes = Collections.unmodifiableMap(copy);
    inputValues = Collections.unmodifiableMap(new LinkedHashMap<>(inputValues));
  }

  /** The model's own shapes, {@link OffloadPolicy#auto()}, {@link Precision#FAST}. */
  public static ImportOptions defaults() {
    return new ImportOptions(Map.of(), Map.of(), OffloadPolicy.auto(), Precision.FAST, 1);
  }

  /** These options with another policy. */
  public ImportOptions withOffload(OffloadPolicy policy) {
    return new ImportOptions(inputShapes, inputValues, policy, precision, batch);
  }

  /** These options with a bound on what a round carries, in multiplications. */
  public ImportOptions withMinRoundWork(long multiplications) {
    return withOffload(offload.withMinRoundWork(multiplications));
  }

  /** These options with another precision. */
  public ImportOptions withPrecision(Precision other) {
    return new ImportOptions(inputShapes, inputValues, offload, other, batch);
  }

  /** These options with another number of inputs a pass. */
  public ImportOptions withBatch(int inputs) {
    return new ImportOptions(inputShapes, inputValues, offload, precision, inputs);
  }

  /** These options with the dimensions of one input. */
  public ImportOptions withInput(String name, long... dims) {
    Map<String, long[]> shapes = new LinkedHashMap<>(inputShapes);
    shapes.put(name, dims);
    return new ImportOptions(shapes, inputValues, offload, precision, batch);
  }

  /** These options with one input bound to a constant. */
  public ImportOptions withInput(String name, InputValue value) {
    Map<String, InputValue> values = new LinkedHashMap<>(inputValues);
    values.put(name, value);
    return new ImportOptions(inputShapes, values, offload, precision, batch);
  }

  /**
   * These options with what is stated of one input, as on the command line.
   *
   * @param argument a shape, {@code NAME=1x3x224x224}, of one dimension {@code NAME=16000x}; or a
   *     value, {@code NAME=16000}, {@code NAME=true} or {@code NAME=224,224}, of one element {@code
   *     NAME=16000,}. The last {@code =} separates, since names may hold one
   * @throws BadInputException for another form, or dimensions below 1
   */
  public ImportOptions withInput(String argument) {
    int equals = argument.lastIndexOf('=');
    String name = argument.substring(0, Math.max(0, equals));
    String stated = argument.substring(equals + 1);
    if (name.isEmpty()) {
      throw badArgument(argument);
    }
    if (SHAPE.matcher(stated).matches()) {
      return withInput(name, dims(argument, stated));
    }
    if (InputValue.isValue(stated)) {
      return withInput(name, InputValue.parse(stated));
    }
    throw badArgument(argument);
  }

  /** What {@link #withInput(String)} reads, for every input of which something is stated. */
  List<String> inputArguments() {
    List<String> arguments = new ArrayList<>();
    inputShapes.forEach(
        (name, dims) ->
            arguments.add(name + "=" + Shapes.text(dims) + (dims.length == 1 ? "x" : "")));
    inputValues.forEach((name, value) -> arguments.add(name + "=" + value));
    return arguments;
  }

  private static long[] dims(String argument, String shape) {
    try {
      long[] dims = Arrays.stream(shape.split("[xX]")).mapToLong(Long::parseLong).toArray();
      if (Arrays.stream(dims).allMatch(dim -> dim >= 1)) {
        return dims;
      }
    } catch (NumberFormatException e) {
      // beyond the range of sizes: refused as 0 is
    }
    throw badArgument(argument);
  }

  private static BadInputException badArgument(String argument) {
    return BadInputException.about("Reading the option --input")
        .expected(
            "a shape, NAME=1x3x224x224 (of one dimension NAME=16000x), with sizes of at least 1; or"
                + " a value, NAME=16000, NAME=true or NAME=224,224")
        .found(argument);
  }
}
