/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

/**
 * Which {@link EdgeCall} of an instance an answer belongs to. An answer says less than the call: of
 * a claim it repeats the first pass alone.
 */
public sealed interface CallId {
  /** The pass that the answer names, see the kinds of calls. */
  PassId pass();

  /**
   * A claim.
   *
   * @param pass the first claimed pass
   */
  record OfClaim(PassId pass) implements CallId {
    @Override
    public String toString() {
      return "the claim from pass " + describe(pass);
    }
  }

  /**
   * A release.
   *
   * @param pass the first free pass
   */
  record OfRelease(PassId pass) implements CallId {
    @Override
    public String toString() {
      return "the release from pass " + describe(pass);
    }
  }

  /**
   * A round.
   *
   * @param pass its pass
   * @param round the round, from 0
   */
  record OfRound(PassId pass, int round) implements CallId {
    @Override
    public String toString() {
      return "round " + round + " of pass " + describe(pass);
    }
  }

  private static String describe(PassId pass) {
    return pass.pass()
        + " of device "
        + pass.device()
        + " (chain "
        + pass.chain()
        + ", model "
        + pass.model().shortName()
        + ")";
  }
}
