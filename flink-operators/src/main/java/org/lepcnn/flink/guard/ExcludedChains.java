/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import org.lepcnn.flink.quota.Enrolment;

/**
 * The chains that a device may not use, as its enrolment says; where room is short they give way.
 */
@FunctionalInterface
interface ExcludedChains {
  /** What is excluded where no enrolment says it: nothing, so that no chain gives way. */
  ExcludedChains NONE = chain -> false;

  /** The chains that an enrolment does not name, and those of models that it does not name. */
  static ExcludedChains by(Enrolment enrolment) {
    return chain -> !(enrolment.mayUse(chain.model()) && enrolment.mayUse(chain.chain()));
  }

  /** Whether a chain that was claimed once is excluded now. */
  boolean include(ChainGuard chain);
}
