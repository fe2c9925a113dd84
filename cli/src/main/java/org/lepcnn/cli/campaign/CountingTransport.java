/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.campaign;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;

/** Counts the rounds that were sent and have no answer yet. */
final class CountingTransport implements EdgeTransport {
  private final EdgeTransport transport;
  private final AtomicInteger unanswered = new AtomicInteger();

  CountingTransport(EdgeTransport transport) {
    this.transport = transport;
  }

  /** Masked rounds in flight now. */
  int unanswered() {
    return unanswered.get();
  }

  @Override
  public CompletableFuture<Void> claim(PassClaim claim) {
    return transport.claim(claim);
  }

  @Override
  public CompletableFuture<Void> release(PassRelease release) {
    return transport.release(release);
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    unanswered.incrementAndGet();
    return transport
        .exchange(request)
        .whenComplete((result, failure) -> unanswered.decrementAndGet());
  }

  @Override
  public void close() {
    transport.close();
  }
}
