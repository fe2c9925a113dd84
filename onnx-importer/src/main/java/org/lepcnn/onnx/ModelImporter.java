/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.plan.Equalization;
import org.lepcnn.onnx.plan.ModelCut;
import org.lepcnn.onnx.plan.RoundWork;
import org.lepcnn.onnx.plan.Schedule;
import org.lepcnn.onnx.plan.Selection;
import org.lepcnn.onnx.plan.StageBuilder;
import org.lepcnn.onnx.read.BoundInputs;
import org.lepcnn.onnx.read.LikelyRange;
import org.lepcnn.onnx.read.OnnxReader;
import org.lepcnn.onnx.read.WiderIntegers;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.ShapeFlow;

/**
 * ONNX model in, model bundle out.
 *
 * <p>The steps: read the file; let ONNX Runtime compute what is constant; run the model once to
 * learn every shape; recognise linear layers, fold what follows them, decide; equalise channels;
 * schedule; quantize; cut the rest into the device's stages.
 */
public final class ModelImporter {
  private ModelImporter() {}

  /**
   * Imports a model, in this process.
   *
   * <p>A model that is made for it can crash ONNX Runtime's native code, and this process with it.
   * For a model whose origin is not trusted, call {@link ImportTrial#importModel}, as the command
   * {@code lepcnn import} does.
   *
   * @param onnx the ONNX file; external data are read from its folder and nowhere else
   * @param options open dimensions, offload policy, precision
   * @throws BadInputException for a file that is no whole ONNX model, that ONNX Runtime refuses, or
   *     whose input dimensions are open
   * @throws EnvironmentException when Java's memory does not suffice
   */
  public static ModelBundle importModel(Path onnx, ImportOptions options) {
    return prepare(onnx, options).bundle(options.precision());
  }

  /**
   * The model as the file has it, with the data that lie in files beside it inside: what ONNX
   * Runtime can load without reading a file.
   *
   * @throws BadInputException for a file that is no whole ONNX model, or has two weights of one
   *     name
   */
  public static byte[] original(Path onnx) {
    return original(onnx, ImportOptions.defaults());
  }

  /**
   * As {@link #original(Path)}, with constants in place of the inputs that the options bind, and
   * the other inputs of integers as wide as the import has them.
   *
   * @param options of which only the values of inputs count
   */
  public static byte[] original(Path onnx, ImportOptions options) {
    return WiderIntegers.widen(
            BoundInputs.bind(OnnxReader.original(onnx).model(), options.inputValues()))
        .toByteArray();
  }

  /**
   * All inputs of a model in its order, which numbers the files of its data sets; options may bind
   * some of them to a value.
   *
   * @throws BadInputException as {@link #original(Path)}
   */
  public static List<String> inputNames(Path onnx) {
    return OnnxReader.original(onnx).inputNames();
  }

  /**
   * What options bind inputs of a model to, as a file of a data set would have it: a serialized
   * {@code TensorProto} by the input's name.
   *
   * @throws BadInputException as {@link #original(Path, ImportOptions)}
   */
  public static Map<String, byte[]> boundInputs(Path onnx, ImportOptions options) {
    Map<String, byte[]> bound = new LinkedHashMap<>();
    if (!options.inputValues().isEmpty()) {
      ModelProto model = BoundInputs.bind(OnnxReader.original(onnx).model(), options.inputValues());
      for (TensorProto tensor : model.getGraph().getInitializerList()) {
        if (options.inputValues().containsKey(tensor.getName())) {
          bound.put(tensor.getName(), tensor.toByteArray());
        }
      }
    }
    return bound;
  }

  /**
   * The inputs whose preprocessing, as far as it is part of the model, is that of pictures with
   * samples from 0 to 255.
   *
   * @throws BadInputException for a file that is no whole ONNX model
   */
  public static Set<String> byteInputs(Path onnx) {
    return LikelyRange.bytes(new Graph(OnnxReader.read(onnx).model()));
  }

  /**
   * What a model says of its answers.
   *
   * @throws BadInputException for a file that is no whole ONNX model
   */
  public static ModelAnswers answers(Path onnx) {
    return ModelAnswers.of(OnnxReader.original(onnx).model());
  }

  /**
   * Does everything but the quantization, whose precision is chosen later.
   *
   * @param options their precision only tells an optimised cut which fields to expect
   */
  public static PreparedImport prepare(Path onnx, ImportOptions options) {
    return prepare(onnx, options, step -> {});
  }

  /**
   * As {@link #prepare(Path, ImportOptions)}.
   *
   * @param steps is told what is done when it begins, such as {@code running the model once}
   */
  public static PreparedImport prepare(Path onnx, ImportOptions options, Consumer<String> steps) {
    return guarded(onnx, () -> prepared(onnx, options, steps));
  }

  /** Does some work with a model, and tells when that takes more stack or memory than there is. */
  static <T> T guarded(Path onnx, Supplier<T> work) {
    try {
      return work.get();
    } catch (StackOverflowError e) {
      throw BadInputException.about("Importing " + onnx)
          .expected("a graph of ordinary depth")
          .because(e)
          .found("one nested too deeply to follow");
    } catch (OutOfMemoryError e) {
      throw EnvironmentException.about("Importing " + onnx)
          .expected("enough memory")
          .found(e, "Give Java more with -Xmx, in JAVA_TOOL_OPTIONS for instance.");
    }
  }

  private static PreparedImport prepared(Path onnx, ImportOptions options, Consumer<String> steps) {
    EvaluatedModel model = EvaluatedModel.of(onnx, options, steps);
    Graph graph = model.graph();
    InstrumentedRun run = model.run();
    steps.accept("choosing the layers that go to the edge");
    ShapeFlow flow = new ShapeFlow(graph);
    Selection selection =
        RoundWork.select(graph, run, flow, options.offload(), options.precision());
    steps.accept("scaling channels between layers");
    Equalization.apply(graph, run, flow, selection);
    Schedule schedule = new Schedule(graph, run, selection);
    steps.accept("cutting the rest into stages");
    return new PreparedImport(
        model.name(),
        model.notes(),
        values(graph.inputNames(), graph, run),
        values(graph.outputs(), graph, run),
        graph,
        run,
        selection,
        schedule,
        new StageBuilder(graph, run, flow, schedule).build(),
        () -> ModelCut.of(graph, run, flow, options.precision()),
        model.inner());
  }

  private static List<ValueSpec> values(List<String> names, Graph graph, InstrumentedRun run) {
    return names.stream()
        .map(
            name -> {
              ValueType type = run.type(name);
              if (!type.isTensor()) {
                throw notATensor(name, graph);
              }
              return new ValueSpec(name, WiderIntegers.typeOf(type.onnxType()), type.dims());
            })
        .toList();
  }

  private static BadInputException notATensor(String output, Graph graph) {
    for (Node node : graph.nodes()) {
      if (node.outputs().contains(output)) {
        boolean zipMap = node.op().equals("ZipMap");
        return BadInputException.about("Importing the model")
            .expected("tensors as outputs")
            .found(
                (zipMap ? "maps" : "no tensor") + " from the node " + node + " as " + output,
                zipMap
                    ? "Export the model without ZipMap: convert_sklearn(…, options={'zipmap':"
                        + " False}), or onnxmltools' zipmap=False."
                    : "Export the model so that it gives out the elements as tensors of their own,"
                        + " or as one by ConcatFromSequence.");
      }
    }
    return BadInputException.about("Importing the model")
        .expected("tensors as outputs")
        .found("that " + output + " is of another kind");
  }
}
