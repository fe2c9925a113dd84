/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import java.util.HashMap;
import java.util.Map;

/** How many requests of each client are under way: one client leaves room for the others. */
public final class ClientPlaces {
  private final int most;
  private final String key;
  private final Map<String, Integer> taken = new HashMap<>();

  /**
   * @param most the most requests of one client at a time
   * @param key of the configuration, that says how many
   */
  public ClientPlaces(int most, String key) {
    this.most = most;
    this.key = key;
  }

  /**
   * Takes a place; whoever has taken one gives it back.
   *
   * @throws RefusedRequestException the client has none left
   */
  public synchronized void take(String client) {
    if (taken.getOrDefault(client, 0) >= most) {
      throw RefusedRequestException.about(Statuses.TOO_MANY_REQUESTS, "Requests of one client")
          .expected("at most " + most + " at a time")
          .found("one more", "Wait for answers, or raise " + key + ".");
    }
    taken.merge(client, 1, Integer::sum);
  }

  public synchronized void giveBack(String client) {
    taken.computeIfPresent(client, (name, count) -> count == 1 ? null : count - 1);
  }
}
