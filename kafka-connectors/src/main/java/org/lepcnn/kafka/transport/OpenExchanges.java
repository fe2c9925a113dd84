/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.port.CallId;

/**
 * The claims and rounds that wait for an answer. An exchange leaves exactly once; whoever removes
 * it completes it, on its own thread.
 */
final class OpenExchanges {
  private final ConcurrentMap<CallId, Exchange> open = new ConcurrentHashMap<>();

  /** Whether the id was free. */
  boolean add(Exchange exchange) {
    return open.putIfAbsent(exchange.id(), exchange) == null;
  }

  /** The exchange that waits for an answer to the call, or null. */
  @Nullable Exchange find(CallId id) {
    return open.get(id);
  }

  Collection<Exchange> all() {
    return open.values();
  }

  /** Lets an exchange go that was completed elsewhere, for instance cancelled. */
  void remove(Exchange exchange) {
    open.remove(exchange.id(), exchange);
  }

  /**
   * Completes an exchange.
   *
   * @param parts the layers' residues; none for a claim or release
   */
  void succeed(Exchange exchange, List<int[]> parts) {
    if (open.remove(exchange.id(), exchange)) {
      exchange.complete(parts);
    }
  }

  void fail(Exchange exchange, RuntimeException failure) {
    if (open.remove(exchange.id(), exchange)) {
      exchange.fail(failure);
    }
  }

  void failAll(RuntimeException failure) {
    for (Exchange exchange : new ArrayList<>(open.values())) {
      fail(exchange, failure);
    }
  }
}
