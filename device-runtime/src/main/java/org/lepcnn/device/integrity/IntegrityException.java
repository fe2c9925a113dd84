/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import java.util.Objects;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.RefusedException;

/** A result of the edge that the device does not accept. The pass that it belongs to is burned. */
@PublicApi
public final class IntegrityException extends RefusedException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the result. */
  public enum Kind {
    /** A value that is not a residue in [0, p). */
    NON_CANONICAL,
    /** Not as many residues as the plan says. */
    WRONG_SHAPE,
    /** Another pass, round or layer than the one asked for. */
    WRONG_ID,
    /** The residues are not W·x' of this pass's own x'. */
    CHECK_FAILED
  }

  private final Kind kind;

  public IntegrityException(Kind kind, String message) {
    super("Integrity check (" + kind + "): " + message);
    this.kind = Objects.requireNonNull(kind);
  }

  public Kind kind() {
    return kind;
  }
}
