/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import java.util.Optional;

/** Walks through a failure and its causes. */
final class Causes {
  private Causes() {}

  static boolean has(Throwable failure, Class<? extends Throwable> type) {
    return find(failure, type).isPresent();
  }

  /** The outermost of this type. */
  static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return Optional.of(type.cast(t));
      }
    }
    return Optional.empty();
  }

  /** The deepest one that says something; the deepest of all when none does. */
  static Throwable deepest(Throwable failure) {
    Throwable deepest = failure;
    Throwable speaking = null;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      deepest = t;
      speaking = t.getMessage() == null || t.getMessage().isBlank() ? speaking : t;
    }
    return speaking == null ? deepest : speaking;
  }

  /** What all of them say. */
  static String text(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      text.append(t).append('\n');
    }
    return text.toString();
  }
}
