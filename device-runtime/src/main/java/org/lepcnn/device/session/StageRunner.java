/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One device stage: an ONNX sub-model in a session of ONNX Runtime. Thread-safe. */
final class StageRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StageRunner.class);

  private final String what;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final List<String> inputs;
  private final Set<String> outputs;

  private StageRunner(
      String what, OrtEnvironment environment, OrtSession session, DeviceHalf.Stage stage) {
    this.what = what;
    this.environment = environment;
    this.session = session;
    this.inputs = stage.inputs();
    this.outputs = Set.copyOf(stage.outputs());
  }

  /**
   * Loads a stage that is not empty.
   *
   * @param what names the stage in errors
   * @throws BadInputException when ONNX Runtime refuses the model
   */
  static StageRunner load(String what, DeviceHalf.Stage stage, int intraOpThreads) {
    OrtEnvironment environment = QuietOnnxRuntime.environment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(intraOpThreads);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      // waiting threads must sleep: the gateway runs many passes on few cores
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      OrtSession session = environment.createSession(stage.onnx(), options);
      return new StageRunner(what, environment, session, stage);
    } catch (OrtException e) {
      throw new BadInputException(
          "Loading "
              + what
              + ": expected a model that ONNX Runtime can run; found: "
              + e.getMessage()
              + ". Import the model again.",
          e);
    }
  }

  /** Reads the stage's inputs from {@code activations} and adds its outputs. */
  void run(Activations activations) {
    try {
      Map<String, OnnxTensor> feeds = new HashMap<>();
      for (String input : inputs) {
        feeds.put(input, activations.onnx(environment, input));
      }
      // the result itself holds nothing native; its values pass to the activations
      OrtSession.Result result = session.run(feeds, outputs);
      for (Map.Entry<String, OnnxValue> entry : result) {
        if (!(entry.getValue() instanceof OnnxTensor tensor)) {
          result.close();
          throw new BadInputException(
              "Running " + what + ": the value '" + entry.getKey() + "' is not a tensor.");
        }
        activations.put(entry.getKey(), tensor);
      }
    } catch (OrtException e) {
      // ONNX Runtime's own text may quote elements of tensors: only for those who ask for it
      LOG.debug("{} failed", what, e);
      throw new BadInputException(
          "Running "
              + what
              + ": expected inputs that the model can work on; ONNX Runtime found: "
              + e.getCode()
              + ". Its own words are logged at level DEBUG.");
    }
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
