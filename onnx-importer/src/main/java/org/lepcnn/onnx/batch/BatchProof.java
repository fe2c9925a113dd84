/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.batch;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.run.BatchRows;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.OnnxRuntime;
import org.lepcnn.onnx.run.SubModels;

/**
 * Shows on random inputs, in ONNX Runtime, that a model of several rows gives for each row what the
 * original gives for that row alone.
 *
 * <p>Two things are compared:
 *
 * <ul>
 *   <li>The rows among themselves, bit by bit: when one row changes, to numbers {@value
 *       RowInputs#LOUD} times as large, no other row of a value may. The runs have the same shapes
 *       and so compute in the same order. An operator that mixes rows, however little, is found
 *       here, if only the mixture shows for these numbers.
 *   <li>Every row with the original's answer: integers, booleans and texts exactly, floating point
 *       numbers up to the order of summation, which differs with the number of rows ({@link
 *       RowValue#TOLERANCE}).
 * </ul>
 */
final class BatchProof {
  private final ModelProto original;
  private final Graph graph;
  private final RowInputs inputs;
  private final int batch;
  private final Consumer<String> steps;

  /** Rows of the values of three runs. */
  private record Runs(Rows plain, Rows firstChanged, Rows lastChanged) {}

  BatchProof(
      ModelProto original,
      Map<String, ValueType> inputs,
      Graph graph,
      int batch,
      Consumer<String> steps) {
    this.original = original;
    this.graph = graph;
    this.inputs = new RowInputs(inputs, batch);
    this.batch = batch;
    this.steps = steps;
  }

  /**
   * Compares.
   *
   * @param run of the graph with the batch's shapes
   * @return the values that hold the rows one after the other
   * @throws BadInputException when an output does not
   */
  BatchRows rows(InstrumentedRun run) {
    Runs runs = runs(run);
    Set<String> held = new HashSet<>(graph.inputNames());
    for (String value : runs.plain().names()) {
      if (runs.plain().equalsBut(0, runs.firstChanged(), value)
          && runs.plain().equalsBut(batch - 1, runs.lastChanged(), value)) {
        held.add(value);
      }
    }
    try (OnnxRuntime.Loaded single =
        new OnnxRuntime.Loaded("Running the model on one row", outputsOnly())) {
      Map<String, RowValue> alone = alone(single, 0, RowInputs.NOTHING_CHANGED);
      graph.outputs().forEach(name -> requireDims(name, alone.get(name), runs.plain()));
      graph.outputs().stream().filter(name -> !held.contains(name)).forEach(this::refuseMixed);
      for (int row = 0; row < batch; row++) {
        steps.accept("comparing row " + (row + 1) + " of " + batch + " with the model alone");
        compare(single, row, RowInputs.NOTHING_CHANGED, runs.plain());
      }
      compare(single, 0, 0, runs.firstChanged());
      compare(single, batch - 1, batch - 1, runs.lastChanged());
    }
    return new BatchRows(batch, held);
  }

  private Runs runs(InstrumentedRun run) {
    steps.accept("running the model on a batch of " + batch);
    try (OnnxRuntime.Loaded batched =
        new OnnxRuntime.Loaded("Running the model on a batch of " + batch, instrumented(run))) {
      return new Runs(
          run(batched, RowInputs.NOTHING_CHANGED), run(batched, 0), run(batched, batch - 1));
    }
  }

  private Rows run(OnnxRuntime.Loaded model, int changed) {
    return inputs.withBatch(
        changed, tensors -> model.run(tensors, result -> Rows.of(result, batch, graph.outputs())));
  }

  /** The batch's graph with every value as an output. */
  private ModelProto instrumented(InstrumentedRun run) {
    GraphProto.Builder builder = GraphProto.newBuilder().setName("rows");
    Set<String> outputs = new LinkedHashSet<>(graph.outputs());
    Set<String> read = new LinkedHashSet<>(graph.outputs());
    for (Node node : graph.nodes()) {
      read.addAll(node.reads());
      node.outputs().stream().filter(name -> !graph.isConstant(name)).forEach(outputs::add);
    }
    SubModels.addConstants(builder, graph, read.stream().filter(graph::isConstant).toList());
    graph.nodes().forEach(node -> builder.addNode(node.proto()));
    graph.inputNames().forEach(name -> builder.addInput(run.type(name).declare(name, true)));
    outputs.forEach(name -> builder.addOutput(ValueInfoProto.newBuilder().setName(name)));
    return SubModels.wrap(graph.model(), builder);
  }

  /** The original without what it says of shapes in between, which may be wrong. */
  private ModelProto outputsOnly() {
    return original.toBuilder().setGraph(original.getGraph().toBuilder().clearValueInfo()).build();
  }

  private Map<String, RowValue> alone(OnnxRuntime.Loaded single, int row, int changed) {
    return inputs.withRow(row, changed, tensors -> single.run(tensors, BatchProof::values));
  }

  private void requireDims(String output, RowValue alone, Rows batched) {
    long[] found = batched.dims(output);
    if (alone == null) {
      throw refused("tensors as outputs", "that " + output + " is of another kind");
    }
    if (alone.dims().length == 0 || !Arrays.equals(Shapes.times(alone.dims(), 0, batch), found)) {
      throw refused(
          "that the output " + output + " has a first dimension that counts its inputs",
          "the shape %s for one input and %s for %s"
              .formatted(Shapes.text(alone.dims()), Shapes.text(found), batch));
    }
  }

  private void compare(OnnxRuntime.Loaded single, int row, int changed, Rows batched) {
    Map<String, RowValue> alone = alone(single, row, changed);
    for (String output : graph.outputs()) {
      compare(output, row, alone.get(output), batched);
    }
  }

  private void compare(String output, int row, RowValue alone, Rows batched) {
    alone
        .difference(batched.row(output, row))
        .ifPresent(
            difference -> {
              throw refused(
                  "that the output "
                      + output
                      + " of each input is the same in a batch as for the input alone",
                  "for row " + (row + 1) + " " + difference);
            });
  }

  private void refuseMixed(String output) {
    throw refused(
        "that the output " + output + " of each input follows from that input alone",
        "that it changes with another input of the batch");
  }

  private BadInputException refused(String expected, String found) {
    return BadInputException.about("Importing the model with --batch " + batch)
        .expected(expected)
        .found(
            found,
            "An operator mixes inputs (Softmax over axis 0, a mean over all axes, BatchNormalization"
                + " for training), or a size of one input is fixed in the model. Export it with an"
                + " open first dimension and every operator within one input, or import it without"
                + " --batch.");
  }

  private static Map<String, RowValue> values(OrtSession.Result result) {
    Map<String, RowValue> values = new HashMap<>();
    for (Map.Entry<String, OnnxValue> output : result) {
      if (output.getValue() instanceof OnnxTensor tensor) {
        values.put(output.getKey(), RowValue.whole(tensor));
      }
    }
    return values;
  }
}
