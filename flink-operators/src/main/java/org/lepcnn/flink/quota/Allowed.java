/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.quota;

import java.util.List;
import org.lepcnn.core.api.PublicApi;

/**
 * Which things a device may use: those that are listed, or all, which has to be said. What says
 * nothing allows nothing. Immutable.
 *
 * @param <T> the things
 * @param rule how the list is to be read
 * @param listed the things; empty when all are allowed
 */
@PublicApi
public record Allowed<T>(Rule rule, List<T> listed) {
  /** How a list is to be read. */
  public enum Rule {
    LISTED,
    ALL
  }

  public Allowed {
    listed = List.copyOf(listed);
    if (rule == Rule.ALL && !listed.isEmpty()) {
      throw new IllegalArgumentException("Allowing all: expected no list; found " + listed + ".");
    }
  }

  /** These and nothing else. */
  public static <T> Allowed<T> only(List<T> things) {
    return new Allowed<>(Rule.LISTED, things);
  }

  /** Everything. */
  public static <T> Allowed<T> all() {
    return new Allowed<>(Rule.ALL, List.of());
  }

  public boolean includes(T thing) {
    return rule == Rule.ALL || listed.contains(thing);
  }
}
