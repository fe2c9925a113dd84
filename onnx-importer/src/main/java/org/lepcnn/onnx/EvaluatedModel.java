/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.batch.BatchedModel;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.read.BoundInputs;
import org.lepcnn.onnx.read.ChannelsLast;
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
    ModelProto model = BoundInputs.bind(file.model(), options.inputValues());
    Graph graph = new Graph(model);
    try {
      OperatorCheck.require(graph);
      Map<String, ValueType> inputs = InputShapes.resolve(graph, options.inputShapes());
      steps.accept("computing what is constant");
      fold(graph);
      List<String> notes = ModelNotes.of(graph, inputs, file.holdsTraining());
      Evaluated evaluated = Evaluated.of(graph, inputs, steps);
      if (options.batch() > 1) {
        BatchedModel batched = new BatchedModel(model, inputs, options.batch());
        evaluated = batched(evaluated, model, batched, steps);
      }
      InstrumentedRun run = evaluated.run();
      return new EvaluatedModel(
          OnnxReader.modelName(onnx),
          evaluated.graph(),
          notes,
          run,
          InnerWork.of(evaluated.graph(), run));
    } catch (BadInputException e) {
      throw graph.opset() >= OLDEST_OPSET ? e : tooOld(graph, e);
    }
  }

  /** A graph without dead nodes and identities, and what its run told. */
  private record Evaluated(Graph graph, InstrumentedRun run) {
    /**
     * Evaluates a graph.
     *
     * @param graph its constants are computed; changed
     */
    static Evaluated of(Graph graph, Map<String, ValueType> inputs, Consumer<String> steps) {
      steps.accept("running the model once");
      InstrumentedRun run = EvaluatedModel.run(graph, inputs);
      while (ControlFlow.inline(graph)) { // what a fixed shape decides
        fold(graph);
        run = EvaluatedModel.run(graph, inputs);
      }
      graph.removeIdentities();
      return new Evaluated(graph, run);
    }
  }

  /**
   * The model for a batch: as it is, where its shapes follow from those of its inputs, or with the
   * sizes of one input multiplied.
   */
  private static Evaluated batched(
      Evaluated single, ModelProto model, BatchedModel batched, Consumer<String> steps) {
    try {
      return proved(new Graph(model), batched, steps);
    } catch (BadInputException first) {
      try {
        return proved(new Graph(batched.rewritten(single.graph(), single.run())), batched, steps);
      } catch (BadInputException second) {
        throw new BadInputException(
            second.getMessage() + " Without --batch the model can be imported.", second);
      }
    }
  }

  private static Evaluated proved(Graph graph, BatchedModel batched, Consumer<String> steps) {
    fold(graph);
    Evaluated evaluated = Evaluated.of(graph, batched.rows(), steps);
    return new Evaluated(
        evaluated.graph(),
        evaluated.run().with(batched.prove(evaluated.graph(), evaluated.run(), steps)));
  }

  /**
   * Computes constants, and inlines the control flow that they decide, until nothing is left; then
   * convolutions have their channels first.
   */
  private static void fold(Graph graph) {
    do {
      ConstantFolding.fold(graph);
      graph.removeDeadNodes();
    } while (ControlFlow.inline(graph));
    ChannelsLast.rewrite(graph);
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
