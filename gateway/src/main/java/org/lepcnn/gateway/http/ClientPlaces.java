/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.util.HashMap;
import java.util.Map;

/** How many requests of each client are under way: one client leaves room for the others. */
final class ClientPlaces {
  private final int most;
  private final Map<String, Integer> taken = new HashMap<>();

  /**
   * @param most the most requests of one client at a time
   */
  ClientPlaces(int most) {
    this.most = most;
  }

  /**
   * Takes a place; whoever has taken one gives it back.
   *
   * @throws RefusedRequestException the client has none left
   */
  synchronized void take(String client) {
    if (taken.getOrDefault(client, 0) >= most) {
      throw RefusedRequestException.about(Statuses.TOO_MANY_REQUESTS, "Requests of one client")
          .expected("at most " + most + " at a time")
          .found("one more", "Wait for answers, or raise http.client.requests.");
    }
    taken.merge(client, 1, Integer::sum);
  }

  synchronized void giveBack(String client) {
    taken.computeIfPresent(client, (name, count) -> count == 1 ? null : count - 1);
  }
}
