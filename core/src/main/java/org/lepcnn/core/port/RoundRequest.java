/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import java.util.List;
import org.lepcnn.core.model.Plan;

/**
 * The masked tensors of one round. They are masked already: nothing here is secret.
 *
 * @param pass the pass
 * @param round the round, from 0
 * @param instance the instance whose claim covers the pass
 * @param plan the model's plan, from which the transport knows what comes back
 * @param tensors all tensors of the round, in the plan's order
 */
public record RoundRequest(
    PassId pass, int round, InstanceId instance, Plan plan, List<Tensor> tensors) {
  /**
   * A masked tensor.
   *
   * @param id its number in the plan
   * @param residues canonical residues, at least as many as the plan says; not copied and not to be
   *     changed until the round's result is there, because a retry sends the identical bytes
   */
  public record Tensor(int id, int[] residues) {}

  /** What the request asks for, without its tensors. */
  public PassRound call() {
    return new PassRound(pass, round, instance);
  }
}
