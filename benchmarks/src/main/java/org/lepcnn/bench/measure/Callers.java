/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Several threads that call the same thing at the same time. */
public final class Callers implements AutoCloseable {
  private final int threads;
  private final ExecutorService executor;

  public Callers(int threads) {
    this.threads = threads;
    this.executor =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "bench-caller");
              thread.setDaemon(true);
              return thread;
            });
  }

  int threads() {
    return threads;
  }

  /**
   * Every thread makes {@code calls} calls, with its own number from 0 as argument.
   *
   * @return nanoseconds from the first call's beginning to the last one's end, divided by all calls
   */
  double nanosPerCall(int calls, IntConsumer work) {
    long before = System.nanoTime();
    if (threads == 1) {
      repeat(calls, 0, work);
    } else {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int number = i;
        futures.add(executor.submit(() -> repeat(calls, number, work)));
      }
      futures.forEach(Callers::await);
    }
    return (System.nanoTime() - before) / ((double) calls * threads);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  private static void repeat(int calls, int number, IntConsumer work) {
    for (int i = 0; i < calls; i++) {
      work.accept(number);
    }
  }

  private static void await(Future<?> future) {
    try {
      future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while measuring", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("A call failed while measuring", e.getCause());
    }
  }
}
