/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.util.function.IntPredicate;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.TensorElements;

/**
 * How one output differs from what it should be. Whole numbers, truth values and texts are the same
 * or not; floating-point numbers are compared by the largest error over the largest magnitude. A
 * NaN on either side agrees with nothing; an infinity agrees with itself.
 *
 * @param name of the output
 * @param kind of its elements
 * @param fits whether there is one, of that kind and that many elements
 * @param elements how many it has
 * @param differing how many of them differ that are the same or not
 * @param nans how many elements are NaN on either side
 * @param maxError the largest difference of floating-point numbers
 * @param maxMagnitude the largest finite magnitude that it should have
 */
record OutputDifference(
    String name,
    ElementKind kind,
    boolean fits,
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
    TensorElements found = actual == null ? null : new TensorElements(actual);
    ElementKind kind = ElementKind.of(wanted);
    int size = wanted.size();
    if (found == null || found.size() != size || ElementKind.of(found) != kind) {
      int differing = kind.isSameOrNot() ? size : 0;
      return new OutputDifference(
          name, kind, false, size, differing, 0, Double.POSITIVE_INFINITY, 0);
    }
    return switch (kind) {
      case REAL -> ofReal(name, found, wanted);
      case WHOLE, TRUTH -> ofSame(name, kind, size, i -> found.integer(i) == wanted.integer(i));
      case TEXT -> ofSame(name, kind, size, i -> found.text(i).equals(wanted.text(i)));
    };
  }

  private static OutputDifference ofSame(
      String name, ElementKind kind, int size, IntPredicate same) {
    long differing = 0;
    for (int i = 0; i < size; i++) {
      differing += same.test(i) ? 0 : 1;
    }
    return new OutputDifference(name, kind, true, size, differing, 0, 0, 0);
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
    return new OutputDifference(
        name, ElementKind.REAL, true, wanted.size(), 0, nans, error, magnitude);
  }

  /**
   * The largest error over the largest magnitude, or the error itself where that is zero; of what
   * is the same or not the share that differs. Infinite where nothing can be compared.
   */
  double error() {
    if (!fits || nans > 0) {
      return Double.POSITIVE_INFINITY;
    }
    if (kind.isSameOrNot()) {
      return elements == 0 ? 0 : (double) differing / elements;
    }
    return new RelativeError(maxError, maxMagnitude).value();
  }

  boolean agrees(Tolerance tolerance) {
    return error() <= (kind.isSameOrNot() ? tolerance.whole() : tolerance.real());
  }
}
