/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.batch;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.run.BatchRows;
import org.lepcnn.onnx.run.InstrumentedRun;

/** A model to be imported for several inputs a pass: what can be tried, and the proof of it. */
public final class BatchedModel {
  private final ModelProto original;
  private final Map<String, ValueType> inputs;
  private final int batch;

  /**
   * @param original of one input
   * @param inputs of one input
   * @param batch at least 2
   * @throws BadInputException naming the inputs that have no first dimension of one input
   */
  public BatchedModel(ModelProto original, Map<String, ValueType> inputs, int batch) {
    this.original = original;
    this.inputs = inputs;
    this.batch = batch;
    List<String> without = new ArrayList<>();
    inputs.forEach(
        (name, type) -> {
          if (type.dims().length == 0 || type.dims()[0] != 1) {
            without.add(name + " of shape " + Shapes.text(type.dims()));
          }
        });
    if (!without.isEmpty()) {
      throw BadInputException.about("Importing the model with --batch " + batch)
          .expected("a first dimension of 1, or an open one, of every input")
          .found(
              String.join(", ", without),
              "Bind an input that is the same for all with --input NAME=VALUE, or export the model"
                  + " with a first dimension that counts inputs.");
    }
  }

  /** The inputs of a pass. */
  public Map<String, ValueType> rows() {
    Map<String, ValueType> rows = new LinkedHashMap<>();
    inputs.forEach(
        (name, type) ->
            rows.put(name, new ValueType(type.onnxType(), Shapes.times(type.dims(), 0, batch))));
    return rows;
  }

  /** The model with its sizes multiplied, from a graph of one input whose shapes are computed. */
  public ModelProto rewritten(Graph single, InstrumentedRun run) {
    return BatchRewriting.of(single, run, batch);
  }

  /**
   * Proves that a graph of the batch does what the original does.
   *
   * @param run of that graph
   * @param steps is told what is done when it begins
   * @return the values that hold the inputs row by row
   * @throws BadInputException when it does not
   */
  public BatchRows prove(Graph graph, InstrumentedRun run, Consumer<String> steps) {
    return new BatchProof(original, inputs, graph, batch, steps).rows(run);
  }
}
