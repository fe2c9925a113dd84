/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.Map;
import org.lepcnn.device.session.HostTensor;

/**
 * How far values are from those of float.
 *
 * @param maxError the largest difference; infinite when the numbers of elements differ
 * @param maxFloat the largest magnitude in float
 */
record RelativeError(double maxError, double maxFloat) {
  static final RelativeError NONE = new RelativeError(0, 0);

  static RelativeError of(float[] actual, float[] expected) {
    double error = actual.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
    double max = 0;
    for (int i = 0; i < expected.length; i++) {
      max = Math.max(max, Math.abs(expected[i]));
      if (i < actual.length) {
        error = Math.max(error, Math.abs((double) actual[i] - expected[i]));
      }
    }
    return new RelativeError(error, max);
  }

  /** Over all outputs that float has. */
  static RelativeError of(Map<String, HostTensor> actual, Map<String, float[]> expected) {
    RelativeError error = NONE;
    for (Map.Entry<String, float[]> output : expected.entrySet()) {
      error = error.with(of(actual.get(output.getKey()).floats(), output.getValue()));
    }
    return error;
  }

  /** Both together: one tensor in two parts. */
  RelativeError with(RelativeError other) {
    return new RelativeError(
        Math.max(maxError, other.maxError), Math.max(maxFloat, other.maxFloat));
  }

  /** The largest error over the largest magnitude; the error itself where float is zero. */
  double value() {
    return maxFloat == 0 ? maxError : maxError / maxFloat;
  }
}
