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

  /** That a model which was loaded does not run on the values that it was given. */
  static final class FailedRunException extends BadInputException {
    private static final long serialVersionUID = 1L;

    FailedRunException(BadInputException refusal) {
      super(refusal.getMessage(), refusal);
    }
  }

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
    try (Loaded loaded = new Loaded(what, model, maxRun)) {
      return loaded.run(inputs, reader);
    }
  }

  /** A model to be run several times. */
  public static final class Loaded implements AutoCloseable {
    private final String what;
    private final ModelProto model;
    private final Duration maxRun;
    private final OrtSession session;

    /**
     * Loads a model.
     *
     * @param what says what is done, for errors
     * @throws BadInputException when ONNX Runtime refuses the model
     */
    public Loaded(String what, ModelProto model) {
      this(what, model, RunLimits.maxRun());
    }

    private Loaded(String what, ModelProto model, Duration maxRun) {
      this.what = what;
      this.model = model;
      this.maxRun = maxRun;
      try {
        session = open(what, model);
      } catch (OrtException e) {
        throw Refusals.of(what, model, e);
      }
      try {
        RunLimits.requireModest(what, session);
      } catch (OrtException e) {
        close();
        throw Refusals.of(what, model, e);
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    /**
     * Runs it once and reads all its outputs.
     *
     * @throws BadInputException when ONNX Runtime fails to run it
     */
    public <T> T run(Map<String, OnnxTensor> inputs, OutputReader<T> reader) {
      return runLoaded(what, model, session, inputs, reader, maxRun);
    }

    @Override
    public void close() {
      try {
        session.close();
      } catch (OrtException e) {
        throw Refusals.of(what, model, e);
      }
    }
  }

  private static <T> T runLoaded(
      String what,
      ModelProto model,
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
        if (watch.ended().isEmpty()) {
          throw new FailedRunException(Refusals.of(what, model, e));
        }
        throw new BadInputException(
            what + " in ONNX Runtime: the run was terminated, since " + watch.ended() + ".", e);
      }
    } catch (OrtException e) {
      throw Refusals.of(what, model, e);
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
      throw Refusals.of(what, model, e);
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
}
