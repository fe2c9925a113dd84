/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Chooses among several chains of one model, which a device has that was provisioned again: the one
 * that is in use goes on until its tables are dry, and then the next takes over. Any choice is
 * safe: chains have no mask in common, and each hands out its own passes once.
 */
final class ChainChoice {
  private ChainChoice() {}

  /**
   * The chain to open; empty when several do equally, and the user has to say.
   *
   * @param passesLeft passes that tables serve, from the chain's next pass on
   */
  static Optional<StateDescription> among(
      List<StateDescription> chains, ToLongFunction<StateDescription> passesLeft) {
    if (chains.stream().map(StateDescription::model).distinct().count() != 1) {
      return Optional.empty();
    }
    List<StateDescription> served =
        chains.stream().filter(chain -> passesLeft.applyAsLong(chain) > 0).toList();
    Predicate<StateDescription> begun = chain -> chain.nextPass() > 0;
    return served.isEmpty()
        ? only(chains, begun.negate()) // all are dry: the one whose tables are still to come
        : only(served, chain -> served.size() == 1 || begun.test(chain));
  }

  private static Optional<StateDescription> only(
      List<StateDescription> chains, Predicate<StateDescription> wanted) {
    List<StateDescription> found = chains.stream().filter(wanted).toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }
}
