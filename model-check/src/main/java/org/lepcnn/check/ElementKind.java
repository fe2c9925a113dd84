/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import org.lepcnn.device.stage.TensorElements;

/** What the elements of an output are, which says how they are compared and called. */
public enum ElementKind {
  REAL("floating-point number"),
  WHOLE("whole number"),
  TRUTH("truth value"),
  TEXT("text");

  private final String singular;

  ElementKind(String singular) {
    this.singular = singular;
  }

  public String singular() {
    return singular;
  }

  public String plural() {
    return singular + "s";
  }

  /** Whether elements are the same or not, and their error is the share that differs. */
  public boolean isSameOrNot() {
    return this != REAL;
  }

  static ElementKind of(TensorElements elements) {
    if (elements.truths()) {
      return TRUTH;
    }
    return elements.texts() ? TEXT : elements.whole() ? WHOLE : REAL;
  }
}
