/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.record.Refusal;

/**
 * What the guard says to a request: that it is accepted, or why it is refused.
 *
 * @param refusal null when the request is accepted
 */
record Verdict(@Nullable Refusal refusal) {
  static final Verdict ACCEPTED = new Verdict(null);

  static Verdict refuse(EdgeErrorCode code, String detail) {
    return new Verdict(new Refusal(code, detail));
  }

  boolean accepted() {
    return refusal == null;
  }
}
