/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.load;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.session.PrivateSession;

/**
 * Submits passes on a thread of its own, as many as it is allowed, and judges every answer: right,
 * and once to the application.
 */
public final class Load {
  private final CampaignModel model;
  private final PrivateSession session;
  private final int passes;
  private final Semaphore allowed = new Semaphore(0);
  private final AtomicInteger granted = new AtomicInteger();
  private final AtomicIntegerArray completions;
  private final Set<Long> passNumbers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger completed = new AtomicInteger();
  private final AtomicInteger exact = new AtomicInteger();
  private volatile String firstFailure;

  public Load(CampaignModel model, PrivateSession session, int passes) {
    this.model = model;
    this.session = session;
    this.passes = passes;
    this.completions = new AtomicIntegerArray(passes);
  }

  public void start() {
    Thread thread = new Thread(this::submitAll, "campaign-load");
    thread.setDaemon(true);
    thread.start();
  }

  /** Allows that many passes in all, never fewer than before and never more than there are. */
  public synchronized void allow(int inAll) {
    int more = Math.min(inAll, passes) - granted.get();
    if (more > 0) {
      granted.addAndGet(more);
      allowed.release(more);
    }
  }

  public int granted() {
    return granted.get();
  }

  /** Passes whose future is complete, in whatever way. */
  public int completed() {
    return completed.get();
  }

  /** Passes whose answer was the plain integer network's. */
  public int exact() {
    return exact.get();
  }

  /** Passes whose future completed exactly once. */
  public int once() {
    int count = 0;
    for (int i = 0; i < passes; i++) {
      count += completions.get(i) == 1 ? 1 : 0;
    }
    return count;
  }

  /** Distinct pass numbers among the answers. */
  public int distinctPasses() {
    return passNumbers.size();
  }

  /** The first failure, or null. */
  public String firstFailure() {
    return firstFailure;
  }

  private void submitAll() {
    try {
      for (int i = 0; i < passes; i++) {
        if (!allowed.tryAcquire(1, TimeUnit.HOURS)) {
          return;
        }
        int number = i;
        int input = i % model.size();
        var unused =
            session
                .submit(model.input(input))
                .whenComplete((result, failure) -> judge(number, input, result, failure));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void judge(int number, int input, PassResult result, Throwable failure) {
    completions.incrementAndGet(number);
    if (failure != null) {
      if (firstFailure == null) {
        firstFailure = "pass " + number + ": " + failure;
      }
    } else {
      passNumbers.add(result.pass());
      if (model.isExact(input, result.outputs())) {
        exact.incrementAndGet();
      }
    }
    completed.incrementAndGet();
  }
}
