/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import org.lepcnn.core.error.Mismatch;
import org.lepcnn.core.error.RefusedException;

/** A request that a door refuses by its own rules, with a status of HTTP. */
public final class RefusedRequestException extends RefusedException {
  private static final long serialVersionUID = 1L;

  private final int status;

  private RefusedRequestException(int status, String message) {
    super(message);
    this.status = status;
  }

  public static Mismatch<RefusedRequestException> about(int status, String subject) {
    return Mismatch.about(
        subject, (message, cause) -> new RefusedRequestException(status, message));
  }

  public int status() {
    return status;
  }
}
