/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.Precision;

/**
 * How a model is imported. Immutable.
 *
 * @param inputShapes concrete dimensions by input name, for inputs with dimensions that the model
 *     leaves open
 * @param offload which linear layers go to the edge
 * @param minRoundWork multiplications that a round has to carry, or its layers stay on the device;
 *     empty: 100,000 in passes of more than 16 rounds, and no bound in shorter ones and with {@link
 *     OffloadPolicy#ALL}
 * @param precision how finely weights are rounded
 */
public record ImportOptions(
    Map<String, long[]> inputShapes,
    OffloadPolicy offload,
    OptionalLong minRoundWork,
    Precision precision) {
  public ImportOptions {
    Map<String, long[]> copy = new LinkedHashMap<>();
    inputShapes.forEach((name, dims) -> copy.put(name, dims.clone()));
    inputShapes = Collections.unmodifiableMap(copy);
  }

  /** Options with {@link Precision#FAST}. */
  public ImportOptions(Map<String, long[]> inputShapes, OffloadPolicy offload) {
    this(inputShapes, offload, OptionalLong.empty(), Precision.FAST);
  }

  /** The model's own shapes, {@link OffloadPolicy#AUTO}, {@link Precision#FAST}. */
  public static ImportOptions defaults() {
    return new ImportOptions(Map.of(), OffloadPolicy.AUTO);
  }

  /** These options with another policy. */
  public ImportOptions withOffload(OffloadPolicy policy) {
    return new ImportOptions(inputShapes, policy, minRoundWork, precision);
  }

  /** These options with a bound on what a round carries, in multiplications. */
  public ImportOptions withMinRoundWork(long multiplications) {
    return new ImportOptions(inputShapes, offload, OptionalLong.of(multiplications), precision);
  }

  /** These options with another precision. */
  public ImportOptions withPrecision(Precision other) {
    return new ImportOptions(inputShapes, offload, minRoundWork, other);
  }

  /** These options with the dimensions of one input. */
  public ImportOptions withInput(String name, long... dims) {
    Map<String, long[]> shapes = new LinkedHashMap<>(inputShapes);
    shapes.put(name, dims);
    return new ImportOptions(shapes, offload, minRoundWork, precision);
  }

  /**
   * These options with the dimensions of one input, as on the command line.
   *
   * @param argument {@code NAME=1x3x224x224}; the last {@code =} separates, since names may hold
   *     one
   * @throws BadInputException for another form, or dimensions below 1
   */
  public ImportOptions withInput(String argument) {
    int equals = argument.lastIndexOf('=');
    if (equals < 1) {
      throw badArgument(argument);
    }
    try {
      long[] dims =
          Arrays.stream(argument.substring(equals + 1).split("[xX,]", -1))
              .mapToLong(Long::parseLong)
              .toArray();
      if (Arrays.stream(dims).anyMatch(dim -> dim < 1)) {
        throw badArgument(argument);
      }
      return withInput(argument.substring(0, equals), dims);
    } catch (NumberFormatException e) {
      throw badArgument(argument);
    }
  }

  private static BadInputException badArgument(String argument) {
    return BadInputException.about("Reading the option --input")
        .expected("NAME=1x3x224x224 with dimensions of at least 1")
        .found(argument);
  }
}
