/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.time.Duration;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;

/** Runs graphs once, without optimization, so that every value exists under its own name. */
final class OnnxRuntime {
  /** A run that takes longer is ended: the model loops without end, or is not one to import. */
  private static final Duration MAX_RUN = Duration.ofMinutes(10);

  private OnnxRuntime() {}

  @FunctionalInterface
  interface ResultReader<T> {
    T read(OrtSession.Result result) throws OrtException;
  }

  /**
   * Loads and runs a model once and reads all its outputs.
   *
   * @param what says what is done, for errors
   * @throws BadInputException when ONNX Runtime refuses the model or fails to run it
   */
  static <T> T run(
      String what, ModelProto model, Map<String, OnnxTensor> inputs, ResultReader<T> reader) {
    return run(what, model, inputs, reader, MAX_RUN);
  }

  static <T> T run(
      String what,
      ModelProto model,
      Map<String, OnnxTensor> inputs,
      ResultReader<T> reader,
      Duration maxRun) {
    try (OrtSession.SessionOptions options = options();
        OrtSession session =
            QuietOnnxRuntime.environment().createSession(model.toByteArray(), options)) {
      return runLoaded(what, session, inputs, reader, maxRun);
    } catch (OrtException e) {
      throw refused(what + ": ONNX Runtime cannot load the model", e);
    }
  }

  private static <T> T runLoaded(
      String what,
      OrtSession session,
      Map<String, OnnxTensor> inputs,
      ResultReader<T> reader,
      Duration maxRun) {
    Timer timer = new Timer("import-run-limit", true);
    try (OrtSession.RunOptions run = new OrtSession.RunOptions()) {
      timer.schedule(end(run), maxRun.toMillis());
      try (OrtSession.Result result = session.run(inputs, run)) {
        timer.cancel();
        return reader.read(result);
      }
    } catch (OrtException e) {
      throw refused(what + ": ONNX Runtime fails on an input of the stated shape", e);
    } finally {
      timer.cancel();
    }
  }

  private static TimerTask end(OrtSession.RunOptions run) {
    return new TimerTask() {
      @Override
      public void run() {
        try {
          run.setTerminate(true);
        } catch (OrtException | IllegalStateException e) {
          // the run is over already
        }
      }
    };
  }

  private static OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
    options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    options.setMemoryPatternOptimization(false);
    options.setCPUArenaAllocator(false);
    return options;
  }

  private static BadInputException refused(String what, OrtException e) {
    return new BadInputException(what + "; found: " + e.getMessage(), e);
  }
}
