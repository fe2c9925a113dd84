/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.lepcnn.core.model.Plan;

/** Hands everything on to another transport; base of those that change or watch one thing. */
public abstract class ForwardingEdgeTransport implements EdgeTransport {
  private final EdgeTransport transport;

  /**
   * @param transport what is forwarded to; closed with this one
   */
  protected ForwardingEdgeTransport(EdgeTransport transport) {
    this.transport = Objects.requireNonNull(transport, "transport");
  }

  @Override
  public CompletableFuture<Void> claim(PassClaim claim) {
    return transport.claim(claim);
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    return transport.exchange(request);
  }

  @Override
  public CompletableFuture<Void> release(PassRelease release) {
    return transport.release(release);
  }

  @Override
  public void warmUp(Plan plan) {
    transport.warmUp(plan);
  }

  @Override
  public void close() {
    transport.close();
  }
}
