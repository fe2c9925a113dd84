/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.TensorElements;

/**
 * How one output differs from what it should be. Whole numbers and booleans are compared as such;
 * floating-point numbers by the largest error over the largest magnitude. A NaN on either side
 * agrees with nothing; an infinity agrees with itself.
 *
 * @param name of the output
 * @param fits whether there is one, of that kind and that many elements
 * @param whole whether its elements are whole numbers or booleans
 * @param elements how many it has
 * @param differing how many whole numbers differ
 * @param nans how many elements are NaN on either side
 * @param maxError the largest difference of floating-point numbers
 * @param maxMagnitude the largest finite magnitude that it should have
 */
record OutputDifference(
    String name,
    boolean fits,
    boolean whole,
    long elements,
    long differing,
    long nans,
    double maxError,
    double maxMagnitude) {

  /**
   * Compares an output.
   *
   * @param actual null when it is missing
   */
  static OutputDifference of(String name, HostTensor actual, HostTensor expected) {
    TensorElements wanted = new TensorElements(expected);
    boolean whole = wanted.whole();
    int size = wanted.size();
    TensorElements found = actual == null ? null : new TensorElements(actual);
    if (found == null || found.size() != size || found.whole() != whole) {
      return new OutputDifference(
          name, false, whole, size, whole ? size : 0, 0, Double.POSITIVE_INFINITY, 0);
    }
    return whole ? ofWhole(name, found, wanted) : ofReal(name, found, wanted);
  }

  private static OutputDifference ofWhole(
      String name, TensorElements found, TensorElements wanted) {
    long differing = 0;
    for (int i = 0; i < wanted.size(); i++) {
      differing += found.integer(i) == wanted.integer(i) ? 0 : 1;
    }
    return new OutputDifference(name, true, true, wanted.size(), differing, 0, 0, 0);
  }

  private static OutputDifference ofReal(String name, TensorElements found, TensorElements wanted) {
    long nans = 0;
    double error = 0;
    double magnitude = 0;
    for (int i = 0; i < wanted.size(); i++) {
      double actual = found.number(i);
      double expected = wanted.number(i);
      if (Double.isNaN(actual) || Double.isNaN(expected)) {
        nans++;
      } else if (actual != expected) {
        error = Math.max(error, Math.abs(actual - expected));
      }
      if (Double.isFinite(expected)) {
        magnitude = Math.max(magnitude, Math.abs(expected));
      }
    }
    return new OutputDifference(name, true, false, wanted.size(), 0, nans, error, magnitude);
  }

  /**
   * The largest error over the largest magnitude, or the error itself where that is zero; of whole
   * numbers the share that differs. Infinite where nothing can be compared.
   */
  double error() {
    if (!fits || nans > 0) {
      return Double.POSITIVE_INFINITY;
    }
    if (whole) {
      return elements == 0 ? 0 : (double) differing / elements;
    }
    return new RelativeError(maxError, maxMagnitude).value();
  }

  boolean agrees(Tolerance tolerance) {
    return error() <= (whole ? tolerance.whole() : tolerance.real());
  }
}
