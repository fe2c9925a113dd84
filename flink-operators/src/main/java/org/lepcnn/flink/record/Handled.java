/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a part of the edge made of an element that it took.
 *
 * @param passed what goes on to the next part
 * @param notices replies and rejections
 */
public record Handled<O>(List<O> passed, List<OutgoingRecord> notices) {
  private static final Handled<?> NOTHING = told(List.of());

  /** Nothing goes on, and nothing is said. */
  @SuppressWarnings("unchecked") // it holds no element
  public static <O> Handled<O> nothing() {
    return (Handled<O>) NOTHING;
  }

  /** An element goes on, and nothing is said. */
  public static <O> Handled<O> passed(O element) {
    return new Handled<>(List.of(element), List.of());
  }

  /** Nothing goes on. */
  public static <O> Handled<O> told(List<OutgoingRecord> notices) {
    return new Handled<>(List.of(), notices);
  }

  /** What goes on, where that is one element at the most; null for none. */
  public @Nullable O only() {
    return passed.isEmpty() ? null : passed.get(0);
  }
}
