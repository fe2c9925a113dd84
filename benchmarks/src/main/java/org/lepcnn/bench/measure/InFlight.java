/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Lets so many calls be open at a time; the next one waits in the caller's thread. */
public final class InFlight {
  private final Semaphore permits;

  public InFlight(int most) {
    permits = new Semaphore(most);
  }

  public <T> CompletableFuture<T> start(Supplier<CompletableFuture<T>> call) {
    permits.acquireUninterruptibly();
    return call.get().whenComplete((result, error) -> permits.release());
  }
}
