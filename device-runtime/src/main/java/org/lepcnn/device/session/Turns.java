/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.lepcnn.device.pass.Submission;

/**
 * Whose turn it is: some submissions run, the others wait in the order in which they came.
 * Thread-safe.
 */
final class Turns {
  private final int places;
  private final Consumer<Submission> start;
  private final Queue<Submission> waiting = new ArrayDeque<>();
  private final Set<Submission> running = new HashSet<>();
  private boolean closed;

  /**
   * @param places how many may run at the same time
   * @param start begins one, elsewhere: it is called under a lock
   */
  Turns(int places, Consumer<Submission> start) {
    this.places = places;
    this.start = start;
  }

  /** Takes a submission; false, and it is not taken, after {@link #close}. */
  synchronized boolean add(Submission submission) {
    if (closed) {
      return false;
    }
    waiting.add(submission);
    startWaiting();
    return true;
  }

  /** Says that one has ended, so that the next may run. */
  synchronized void ended(Submission submission) {
    running.remove(submission);
    startWaiting();
    notifyAll();
  }

  /**
   * Takes no more and waits for those that were taken.
   *
   * @return those that have not ended; empty when it was closed before
   */
  synchronized Optional<List<Submission>> close(Duration patience) {
    if (closed) {
      return Optional.empty();
    }
    closed = true;
    awaitEnd(System.nanoTime() + patience.toNanos());
    List<Submission> unfinished = new ArrayList<>(running);
    unfinished.addAll(waiting);
    waiting.clear();
    return Optional.of(unfinished);
  }

  private void startWaiting() {
    while (running.size() < places && !waiting.isEmpty()) {
      Submission submission = waiting.remove();
      running.add(submission);
      start.accept(submission);
    }
  }

  /** Called under the lock, which a wait lets go. */
  private synchronized void awaitEnd(long deadline) {
    while (!(running.isEmpty() && waiting.isEmpty())) {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (millis <= 0) {
        return;
      }
      try {
        wait(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
