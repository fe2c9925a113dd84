/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.port.EdgeErrorCode;

/**
 * What the guard says to a request.
 *
 * @param refusal null when the request is accepted
 * @param detail for people; empty when accepted
 */
public record Verdict(@Nullable EdgeErrorCode refusal, String detail) {
  static final Verdict ACCEPTED = new Verdict(null, "");

  public boolean accepted() {
    return refusal == null;
  }
}
