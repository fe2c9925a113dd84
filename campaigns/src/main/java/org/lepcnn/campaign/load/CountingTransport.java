/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.load;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;

/** Counts the rounds that were sent and have no answer yet. */
public final class CountingTransport extends ForwardingEdgeTransport {
  private final AtomicInteger unanswered = new AtomicInteger();

  public CountingTransport(EdgeTransport transport) {
    super(transport);
  }

  /** Masked rounds in flight now. */
  public int unanswered() {
    return unanswered.get();
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    unanswered.incrementAndGet();
    return super.exchange(request).whenComplete((result, failure) -> unanswered.decrementAndGet());
  }
}
