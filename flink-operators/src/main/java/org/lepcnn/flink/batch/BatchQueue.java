/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.lepcnn.flink.record.AssembledRequest;

/**
 * Requests that wait for a kernel thread, in the order of arrival. The next batch is the oldest
 * request with all that can be computed together with it. Not thread-safe: only the mailbox thread
 * uses it.
 */
final class BatchQueue {
  private final BatchSettings settings;
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  BatchQueue(BatchSettings settings) {
    this.settings = settings;
  }

  private record Waiting(AssembledRequest request, long sinceMillis) {}

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  int size() {
    return waiting.size();
  }

  void add(AssembledRequest request, long nowMillis) {
    waiting.add(new Waiting(request, nowMillis));
  }

  /** When the oldest request has waited long enough for company; the queue must not be empty. */
  long dueMillis() {
    return waiting.element().sinceMillis() + settings.maxWaitMillis();
  }

  /** Whether a batch should start now: the oldest request waited enough, or a batch is full. */
  boolean isDue(long nowMillis) {
    return !waiting.isEmpty() && (nowMillis >= dueMillis() || companions() >= settings.maxBatch());
  }

  /** Takes the next batch; the queue must not be empty. */
  List<AssembledRequest> take() {
    AssembledRequest oldest = waiting.element().request();
    List<AssembledRequest> batch = new ArrayList<>();
    Iterator<Waiting> rest = waiting.iterator();
    while (rest.hasNext() && batch.size() < settings.maxBatch()) {
      AssembledRequest candidate = rest.next().request();
      if (together(oldest, candidate)) {
        batch.add(candidate);
        rest.remove();
      }
    }
    return batch;
  }

  private int companions() {
    AssembledRequest oldest = waiting.element().request();
    int count = 0;
    for (Waiting candidate : waiting) {
      count += together(oldest, candidate.request()) ? 1 : 0;
    }
    return count;
  }

  private static boolean together(AssembledRequest a, AssembledRequest b) {
    return a.header().round() == b.header().round()
        && a.header().model().equals(b.header().model());
  }
}
