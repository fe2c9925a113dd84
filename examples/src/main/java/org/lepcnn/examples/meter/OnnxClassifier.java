/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import org.lepcnn.core.onnxruntime.OnnxSessions;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.examples.meter.render.MeterPicture;

/** The exported model, run in float by ONNX Runtime on one thread. */
final class OnnxClassifier implements AutoCloseable {
  private static final String INPUT = "picture";

  private static final long[] INPUT_SHAPE = {1, 1, MeterPicture.SIZE, MeterPicture.SIZE};

  private final OrtEnvironment environment = QuietOnnxRuntime.environment();
  private final OrtSession session;

  /**
   * Loads a model.
   *
   * @param model the bytes of an ONNX file
   */
  OnnxClassifier(byte[] model) throws OrtException {
    session =
        OnnxSessions.open("Loading the model", model, options -> options.setIntraOpNumThreads(1));
    if (!session.getInputNames().contains(INPUT)) {
      session.close();
      throw new IllegalArgumentException(
          "Reading the model: expected an input named "
              + INPUT
              + ", found "
              + session.getInputNames());
    }
  }

  /**
   * The probabilities of the ten digits.
   *
   * @param picture pixels divided by 255
   */
  float[] probabilities(float[] picture) throws OrtException {
    try (OnnxTensor input =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(picture), INPUT_SHAPE);
        OrtSession.Result result = session.run(Map.of(INPUT, input))) {
      return ((float[][]) result.get(0).getValue())[0];
    }
  }

  /** The most probable digit. */
  int read(MeterPicture picture) throws OrtException {
    float[] input = new float[MeterPicture.PIXELS];
    picture.copyTo(input, 0);
    float[] probabilities = probabilities(input);
    int best = 0;
    for (int digit = 1; digit < probabilities.length; digit++) {
      best = probabilities[digit] > probabilities[best] ? digit : best;
    }
    return best;
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
