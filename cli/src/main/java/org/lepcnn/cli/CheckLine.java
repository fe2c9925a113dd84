/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.List;
import java.util.Map;
import org.lepcnn.core.io.Json;
import org.lepcnn.device.session.CheckOutcome;
import org.lepcnn.device.session.HostTensor;

/**
 * What {@code check} tells of one input.
 *
 * @param name the data set or row
 * @param exact the private path equals the plain integer network bit for bit
 * @param integrityOk every result of the edge was accepted
 * @param maxAbsError largest difference to float ONNX Runtime over all float outputs
 * @param maxAbsFloat largest magnitude of float ONNX Runtime's outputs
 * @param expectedMaxAbsError largest difference to the expected outputs; NaN without them
 * @param top1Private index of the largest private output (of the first output)
 * @param top1Float the same in float
 * @param label the right answer, or −1
 */
record CheckLine(
    String name,
    boolean exact,
    boolean integrityOk,
    double maxAbsError,
    double maxAbsFloat,
    double expectedMaxAbsError,
    int top1Private,
    int top1Float,
    long label) {

  static CheckLine compare(
      String name,
      CheckOutcome outcome,
      Map<String, float[]> floats,
      List<HostTensor> expected,
      long label) {
    double error = 0;
    double magnitude = 0;
    int topPrivate = -1;
    int topFloat = -1;
    for (Map.Entry<String, float[]> output : floats.entrySet()) {
      float[] actual = outcome.outputs().get(output.getKey()).floats();
      error = Math.max(error, maxAbsDifference(actual, output.getValue()));
      magnitude = Math.max(magnitude, maxAbs(output.getValue()));
      if (topFloat < 0) {
        topPrivate = Top1.of(actual);
        topFloat = Top1.of(output.getValue());
      }
    }
    return new CheckLine(
        name,
        outcome.exact(),
        outcome.integrityOk(),
        error,
        magnitude,
        expectedError(outcome, expected),
        topPrivate,
        topFloat,
        label);
  }

  /** The largest error over the largest magnitude, over all float outputs. */
  double relativeError() {
    return new RelativeError(maxAbsError, maxAbsFloat).value();
  }

  boolean top1Agrees() {
    return top1Private == top1Float;
  }

  Json json() {
    Json.JsonObject object =
        Json.object()
            .put("name", name)
            .put("exact", exact)
            .put("integrityOk", integrityOk)
            .put("maxAbsError", maxAbsError)
            .put("maxAbsFloat", maxAbsFloat)
            .put("relativeError", relativeError());
    if (!Double.isNaN(expectedMaxAbsError)) {
      object.put("expectedMaxAbsError", expectedMaxAbsError);
    }
    object.put("top1Agrees", top1Agrees());
    if (label >= 0) {
      object.put("top1Private", top1Private == label).put("top1Float", top1Float == label);
    }
    return object;
  }

  private static double expectedError(CheckOutcome outcome, List<HostTensor> expected) {
    double error = Double.NaN;
    int index = 0;
    for (HostTensor actual : outcome.outputs().values()) {
      if (index < expected.size()
          && expected.get(index).onnxType() == HostTensor.FLOAT
          && actual.onnxType() == HostTensor.FLOAT) {
        double one = maxAbsDifference(actual.floats(), expected.get(index).floats());
        error = Double.isNaN(error) ? one : Math.max(error, one);
      }
      index++;
    }
    return error;
  }

  private static double maxAbsDifference(float[] a, float[] b) {
    if (a.length != b.length) {
      return Double.POSITIVE_INFINITY;
    }
    double max = 0;
    for (int i = 0; i < a.length; i++) {
      max = Math.max(max, Math.abs((double) a[i] - b[i]));
    }
    return max;
  }

  private static double maxAbs(float[] values) {
    double max = 0;
    for (float value : values) {
      max = Math.max(max, Math.abs(value));
    }
    return max;
  }
}
