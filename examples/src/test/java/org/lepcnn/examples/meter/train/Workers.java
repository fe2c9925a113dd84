/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Divides work into parts of a fixed size and runs them on a few threads.
 *
 * <p>How work is divided does not depend on the number of threads, which therefore cannot change a
 * result as long as parts write to separate places.
 */
public final class Workers implements AutoCloseable {
  private final ExecutorService executor;

  /** Starts the threads. */
  public Workers(int threads) {
    this.executor =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "meter-trainer");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Work on a part of a range. */
  @FunctionalInterface
  interface Part {
    /**
     * Does the part.
     *
     * @param number its place among the parts, from 0
     * @param from first item
     * @param to one past the last item
     */
    void run(int number, int from, int to);
  }

  /** How many parts a range has. */
  static int parts(int items, int partSize) {
    return (items + partSize - 1) / partSize;
  }

  /** Runs all parts and returns when they are done. */
  void run(int items, int partSize, Part part) {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int number = 0; number < parts(items, partSize); number++) {
      int place = number;
      int from = number * partSize;
      int to = Math.min(items, from + partSize);
      tasks.add(
          () -> {
            part.run(place, from, to);
            return null;
          });
    }
    finish(tasks);
  }

  private void finish(List<Callable<Void>> tasks) {
    try {
      for (Future<Void> task : executor.invokeAll(tasks)) {
        task.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Training was interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("A part of the training failed", e.getCause());
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
