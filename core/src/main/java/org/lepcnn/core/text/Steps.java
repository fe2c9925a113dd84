/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Tells what is being done while it takes long: a line every few seconds, none before. */
public final class Steps implements Consumer<String>, AutoCloseable {
  private static final long EVERY_MILLIS = 5_000;

  private final Consumer<String> lines;
  private final long start = System.nanoTime();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "lepcnn-steps");
            thread.setDaemon(true);
            return thread;
          });

  private volatile String current = "starting";

  /**
   * @param lines takes the lines, on a thread of its own
   */
  public Steps(Consumer<String> lines) {
    this(lines, EVERY_MILLIS);
  }

  /**
   * @param lines takes the lines, on a thread of its own
   */
  Steps(Consumer<String> lines, long everyMillis) {
    this.lines = lines;
    var unused =
        clock.scheduleAtFixedRate(this::tell, everyMillis, everyMillis, TimeUnit.MILLISECONDS);
  }

  /** Says what begins now. */
  @Override
  public void accept(String step) {
    current = step;
  }

  /** No line comes after this. */
  @Override
  public void close() {
    clock.shutdownNow();
  }

  private void tell() {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    lines.accept("lepcnn: " + current + " (" + seconds + " s)");
  }
}
