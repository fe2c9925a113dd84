/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.read.BoundInputs;
import org.lepcnn.onnx.read.ControlFlow;
import org.lepcnn.onnx.read.InputShapes;
import org.lepcnn.onnx.read.OnnxReader;
import org.lepcnn.onnx.read.OperatorCheck;
import org.lepcnn.onnx.run.ConstantFolding;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.ShapeFlow;
import org.lepcnn.onnx.work.InnerWork;

/**
 * A model of which ONNX Runtime has told all that an import asks it: its constants are computed,
 * and its types and shapes are known.
 *
 * @param name for people
 * @param graph without dead nodes and identities
 * @param notes what whoever imports it should know
 * @param inner the layers inside of control flow and functions
 */
record EvaluatedModel(
    String name,
    Graph graph,
    List<String> notes,
    InstrumentedRun run,
    Map<Node, List<InnerWork.Layer>> inner) {
  /** The first operator set of which all is read; of older ones what ONNX Runtime still runs. */
  private static final long OLDEST_OPSET = 7;

  /**
   * Reads and evaluates a model.
   *
   * @param steps is told what is done when it begins
   */
  static EvaluatedModel of(Path onnx, ImportOptions options, Consumer<String> steps) {
    steps.accept("reading the model");
    OnnxReader.OnnxFile file = OnnxReader.read(onnx);
    Graph graph = new Graph(BoundInputs.bind(file.model(), options.inputValues()));
    try {
      OperatorCheck.require(graph);
      Map<String, ValueType> inputs = InputShapes.resolve(graph, options.inputShapes());
      steps.accept("computing what is constant");
      fold(graph);
      List<String> notes = ModelNotes.of(graph, inputs, file.holdsTraining());
      steps.accept("running the model once");
      InstrumentedRun run = run(graph, inputs);
      while (ControlFlow.inline(graph)) { // what a fixed shape decides
        fold(graph);
        run = run(graph, inputs);
      }
      graph.removeIdentities();
      return new EvaluatedModel(
          OnnxReader.modelName(onnx), graph, notes, run, InnerWork.of(graph, run));
    } catch (BadInputException e) {
      throw graph.opset() >= OLDEST_OPSET ? e : tooOld(graph, e);
    }
  }

  /** Computes constants, and inlines the control flow that they decide, until nothing is left. */
  private static void fold(Graph graph) {
    do {
      ConstantFolding.fold(graph);
      graph.removeDeadNodes();
    } while (ControlFlow.inline(graph));
  }

  private static InstrumentedRun run(Graph graph, Map<String, ValueType> inputs) {
    InstrumentedRun run = InstrumentedRun.of(graph, inputs, new ShapeFlow(graph).fixedValues());
    graph.constants().putAll(run.fixed());
    graph.removeDeadNodes();
    return run;
  }

  private static BadInputException tooOld(Graph graph, BadInputException e) {
    return new BadInputException(
        e.getMessage()
            + " The model is of opset "
            + graph.opset()
            + "; expected "
            + OLDEST_OPSET
            + " or newer. Convert it with onnx.version_converter.convert_version(model, 13).",
        e);
  }
}
