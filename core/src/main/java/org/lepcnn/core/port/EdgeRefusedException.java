/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import org.lepcnn.core.error.RefusedException;

/** A typed refusal of the edge. */
public final class EdgeRefusedException extends RefusedException {
  private static final long serialVersionUID = 1L;

  private final EdgeErrorCode code;

  public EdgeRefusedException(EdgeErrorCode code, String message) {
    super("The edge refuses (" + code + "): " + message);
    this.code = code;
  }

  public EdgeErrorCode code() {
    return code;
  }
}
