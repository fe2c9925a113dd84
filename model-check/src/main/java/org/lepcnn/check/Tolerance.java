/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

/**
 * What still counts as agreement.
 *
 * @param real the largest error over the largest magnitude of an output of floating-point numbers
 * @param whole the largest share of an output's whole numbers, truth values or texts that may
 *     differ
 */
public record Tolerance(double real, double whole) {
  /** What a precision is to reach: whole numbers, truth values and texts are the same. */
  public static Tolerance ofTarget(double target) {
    return new Tolerance(target, 0);
  }

  /** One figure for all, as somebody asked for. */
  public static Tolerance ofBoth(double value) {
    return new Tolerance(value, value);
  }
}
