/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import java.util.List;

/**
 * What came back for one round: unchecked, from the untrusted side. The transport has matched the
 * ids and the number of residues; that they are canonical and right is for the device to check.
 *
 * @param pass the pass
 * @param round the round
 * @param layers all layers of the round, in the plan's order
 */
public record RoundResult(PassId pass, int round, List<Layer> layers) {
  /**
   * A layer's result.
   *
   * @param index the layer's number in the plan
   * @param residues exactly as many as the plan says; the receiver may change them
   */
  public record Layer(int index, int[] residues) {}
}
