/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import org.lepcnn.core.error.RefusedException;

/** A typed refusal of the edge. */
public final class EdgeRefusedException extends RefusedException {
  private static final long serialVersionUID = 1L;

  private final EdgeErrorCode code;

  public EdgeRefusedException(EdgeErrorCode code, String message) {
    super("The edge refuses (" + code + "): " + message + remedy(code));
    this.code = code;
  }

  /** The next step where there is one; an administrator takes it, mostly. */
  private static String remedy(EdgeErrorCode code) {
    String remedy =
        switch (code) {
          case UNKNOWN_DEVICE, NOT_AUTHORISED ->
              "'lepcnn devices list' shows what the device may do; 'lepcnn devices enrol' changes it"
                  + " (--lift-revocation for one that is revoked)";
          case UNKNOWN_MODEL ->
              "'lepcnn models list' shows what is published; 'lepcnn models publish' publishes";
          case CLAIMED_BY_ANOTHER_INSTANCE ->
              "A copy of this state is in use, or was: end the other process and start again; a copy"
                  + " for another machine needs 'lepcnn device provision' and a state of its own";
          case CHAIN_RETIRED -> "Provision the device again: 'lepcnn device provision'";
          case TOO_MANY_CHAINS -> "Name the chains in use with 'lepcnn devices enrol --chain'";
          case NOT_READY,
              EXPIRED,
              QUOTA_EXCEEDED,
              NOT_CLAIMED,
              MASK_REUSE_SUSPECTED,
              STALE,
              PASS_OUT_OF_RANGE,
              MODEL_REFUSED,
              MALFORMED,
              TOO_LARGE,
              COMPRESSED,
              INTERNAL ->
              "";
        };
    return remedy.isEmpty() ? "" : ". " + remedy + ".";
  }

  public EdgeErrorCode code() {
    return code;
  }
}
