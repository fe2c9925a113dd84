/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.onnxruntime.OnnxFailure;
import org.lepcnn.core.onnxruntime.OnnxSessions;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One device stage: an ONNX sub-model in a session of ONNX Runtime. Float32 outputs whose shape the
 * sub-model declares are written straight to tensors of the activations' pool. Thread-safe.
 */
final class StageRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StageRunner.class);

  private final String what;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final List<String> inputs;
  private final Set<String> outputs;
  private volatile Placement placement;

  /**
   * Which outputs ONNX Runtime is to write into tensors of ours.
   *
   * @param shapes of those, by name
   * @param others the names of the other outputs
   */
  private record Placement(Map<String, long[]> shapes, Set<String> others) {}

  private StageRunner(
      String what, OrtEnvironment environment, OrtSession session, DeviceHalf.Stage stage)
      throws OrtException {
    this.what = what;
    this.environment = environment;
    this.session = session;
    this.inputs = stage.inputs();
    this.outputs = Set.copyOf(stage.outputs());
    Map<String, long[]> shapes = declaredShapes(session, outputs);
    Set<String> others = new HashSet<>(outputs);
    others.removeAll(shapes.keySet());
    this.placement = new Placement(shapes, Set.copyOf(others));
  }

  /**
   * Loads a stage that is not empty.
   *
   * @param what names the stage in errors
   * @throws BadInputException when ONNX Runtime refuses the model
   */
  static StageRunner load(String what, DeviceHalf.Stage stage, int intraOpThreads) {
    OrtEnvironment environment = QuietOnnxRuntime.environment();
    try {
      OrtSession session =
          OnnxSessions.open("Loading " + what, stage.onnx(), o -> apply(o, intraOpThreads));
      return new StageRunner(what, environment, session, stage);
    } catch (OrtException e) {
      throw new BadInputException(
          ("Loading %s: expected a model that ONNX Runtime can "
                  + "run; found: %s. Import the model again.")
              .formatted(what, e.getMessage()),
          e);
    }
  }

  private static void apply(OrtSession.SessionOptions options, int intraOpThreads)
      throws OrtException {
    options.setIntraOpNumThreads(intraOpThreads);
    options.setInterOpNumThreads(1);
    options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
    // waiting threads must sleep: the gateway runs many passes on few cores
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    options.addConfigEntry("session.inter_op.allow_spinning", "0");
  }

  /** Reads the stage's inputs from {@code activations} and adds its outputs. */
  void run(Activations activations) {
    try {
      Map<String, OnnxTensor> feeds = feeds(activations);
      Placement places = placement;
      if (!places.shapes().isEmpty() && runInPlace(feeds, places, activations)) {
        return;
      }
      keep(session.run(feeds, outputs), activations);
      // what could not be placed is not tried again: the declared shape is not the real one
      placement = new Placement(Map.of(), outputs);
    } catch (OrtException e) {
      // without its text and without the cause: they quote elements of tensors
      throw new BadInputException(
          "Running %s: expected inputs that the model can work on; ONNX Runtime found: %s."
              .formatted(what, OnnxFailure.describe(e)));
    }
  }

  private Map<String, OnnxTensor> feeds(Activations activations) throws OrtException {
    if (inputs.size() == 1) {
      // the usual case, without a table for it
      return Map.of(inputs.get(0), activations.onnx(environment, inputs.get(0)));
    }
    Map<String, OnnxTensor> feeds = new HashMap<>();
    for (String input : inputs) {
      feeds.put(input, activations.onnx(environment, input));
    }
    return feeds;
  }

  /** Runs with outputs in tensors of ours; false when ONNX Runtime refuses. */
  private boolean runInPlace(
      Map<String, OnnxTensor> feeds, Placement places, Activations activations)
      throws OrtException {
    Map<String, OnnxTensor> results = new HashMap<>(2);
    for (Map.Entry<String, long[]> output : places.shapes().entrySet()) {
      NativeTensor tensor = activations.create(output.getKey(), output.getValue());
      results.put(output.getKey(), tensor.onnx(environment));
    }
    try {
      keep(session.run(feeds, places.others(), results), activations);
      return true;
    } catch (OrtException e) {
      LOG.debug("{} does not run with outputs in place: {}", what, OnnxFailure.describe(e));
      places.shapes().keySet().forEach(activations::release);
      return false;
    }
  }

  /** The result itself holds nothing native; the values that it owns pass to the activations. */
  private void keep(OrtSession.Result result, Activations activations) {
    int index = 0;
    for (Map.Entry<String, OnnxValue> entry : result) {
      if (result.isResultOwner(index++)) {
        if (!(entry.getValue() instanceof OnnxTensor tensor)) {
          result.close();
          throw new BadInputException(
              "Running " + what + ": the value '" + entry.getKey() + "' is not a tensor.");
        }
        activations.put(entry.getKey(), tensor);
      }
    }
  }

  private static Map<String, long[]> declaredShapes(OrtSession session, Set<String> outputs)
      throws OrtException {
    Map<String, long[]> shapes = new HashMap<>();
    for (Map.Entry<String, NodeInfo> output : session.getOutputInfo().entrySet()) {
      if (outputs.contains(output.getKey())
          && output.getValue().getInfo() instanceof TensorInfo tensor
          && tensor.type == OnnxJavaType.FLOAT
          && tensor.getShape().length > 0
          && Arrays.stream(tensor.getShape()).allMatch(size -> size > 0)) {
        shapes.put(output.getKey(), tensor.getShape());
      }
    }
    return Map.copyOf(shapes);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      LOG.warn("Closing {}: {}", what, e.getCode());
    }
  }
}
