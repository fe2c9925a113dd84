/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;

/** How many passes go through one kernel call: more are faster, and need more memory. */
public final class MicroBatch {
  /** Beyond this many a kernel call gains nothing. */
  public static final int MAX_PASSES = 8;

  /** Memory of one subtask for masks and unblinding factors; one pass may exceed it. */
  static final long BUDGET_BYTES = 128L << 20;

  private MicroBatch() {}

  /** As many as the budget allows, at least 1. */
  public static int passes(Plan plan) {
    long largestMask = 0;
    for (MaskedTensorSpec tensor : plan.tensors()) {
      largestMask = Math.max(largestMask, tensor.elements());
    }
    long bytesPerPass = Integer.BYTES * (plan.outputElements() + largestMask);
    return (int) Math.max(1, Math.min(MAX_PASSES, BUDGET_BYTES / bytesPerPass));
  }
}
