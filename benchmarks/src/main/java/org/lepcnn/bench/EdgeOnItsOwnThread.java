/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;

/**
 * An edge in this process whose work is on a thread of its own, so that it does not count as the
 * device's.
 */
final class EdgeOnItsOwnThread implements EdgeTransport {
  private final InProcessEdge edge;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "bench-edge");
            made.setDaemon(true);
            return made;
          });

  EdgeOnItsOwnThread(InProcessEdge edge) {
    this.edge = edge;
  }

  @Override
  public CompletableFuture<Void> claim(PassClaim claim) {
    return edge.claim(claim);
  }

  @Override
  public CompletableFuture<Void> release(PassRelease release) {
    return edge.release(release);
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    return CompletableFuture.supplyAsync(() -> edge.exchange(request).join(), thread);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    edge.close();
  }
}
