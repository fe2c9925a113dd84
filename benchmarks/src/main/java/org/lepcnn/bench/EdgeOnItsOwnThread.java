/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;

/**
 * An edge in this process whose work is on a thread of its own, so that it does not count as the
 * device's.
 */
final class EdgeOnItsOwnThread extends ForwardingEdgeTransport {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "bench-edge");
            made.setDaemon(true);
            return made;
          });

  EdgeOnItsOwnThread(InProcessEdge edge) {
    super(edge);
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    return CompletableFuture.supplyAsync(() -> super.exchange(request).join(), thread);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    super.close();
  }
}
