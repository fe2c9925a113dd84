/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.time.Duration;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.onnxruntime.OnnxSessions;

/** Runs graphs once, without optimization, so that every value exists under its own name. */
public final class OnnxRuntime {
  private OnnxRuntime() {}

  @FunctionalInterface
  public interface OutputReader<T> {
    T read(OrtSession.Result result) throws OrtException;
  }

  /**
   * Loads and runs a model once and reads all its outputs.
   *
   * @param what says what is done, for errors
   * @throws BadInputException when ONNX Runtime refuses the model or fails to run it
   */
  public static <T> T run(
      String what, ModelProto model, Map<String, OnnxTensor> inputs, OutputReader<T> reader) {
    return run(what, model, inputs, reader, RunLimits.maxRun());
  }

  public static <T> T run(
      String what,
      ModelProto model,
      Map<String, OnnxTensor> inputs,
      OutputReader<T> reader,
      Duration maxRun) {
    try (OrtSession session = open(what, model)) {
      RunLimits.requireModest(what, session);
      return runLoaded(what, session, inputs, reader, maxRun);
    } catch (OrtException e) {
      throw refused(what + ": ONNX Runtime cannot load the model", e);
    }
  }

  private static <T> T runLoaded(
      String what,
      OrtSession session,
      Map<String, OnnxTensor> inputs,
      OutputReader<T> reader,
      Duration maxRun) {
    try (OrtSession.RunOptions run = new OrtSession.RunOptions();
        RunLimits.Watch watch = new RunLimits.Watch(run, maxRun)) {
      try (OrtSession.Result result = session.run(inputs, run)) {
        watch.close();
        return reader.read(result);
      } catch (OrtException e) {
        throw watch.ended().isEmpty()
            ? refused(what + ": ONNX Runtime fails on an input of the stated shape", e)
            : refused(what + ": the run was terminated, since " + watch.ended(), e);
      }
    } catch (OrtException e) {
      throw refused(what, e);
    }
  }

  /**
   * Loads a model without running it, and checks the sizes of its outputs.
   *
   * @throws BadInputException when ONNX Runtime refuses it or they are too large
   */
  static void requireModest(String what, ModelProto model) {
    try (OrtSession session = open(what, model)) {
      RunLimits.requireModest(what, session);
    } catch (OrtException e) {
      throw refused(what + ": ONNX Runtime cannot load the model", e);
    }
  }

  private static OrtSession open(String what, ModelProto model) throws OrtException {
    return OnnxSessions.open(
        what,
        model.toByteArray(),
        options -> {
          options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
          options.setMemoryPatternOptimization(false);
          options.setCPUArenaAllocator(false);
        });
  }

  private static BadInputException refused(String what, OrtException e) {
    return new BadInputException(what + "; found: " + e.getMessage(), e);
  }
}
