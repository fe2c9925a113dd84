/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.util.function.DoubleSupplier;

/**
 * When to send again and when to give up: the wait after the n-th attempt is retry·2ⁿ, after the
 * n-th retriable refusal refusal·2ⁿ, neither above the maximum, until the patience ends. From each
 * wait a random part of up to {@value #JITTER_PERCENT} % is taken away, so that the many requests
 * that one outage stopped do not all come back in the same moment; no wait gets longer than it
 * says. Several refusals of one attempt count once. Not thread-safe. All times in nanoseconds of
 * one clock.
 */
final class RetrySchedule {
  enum Action {
    WAIT,
    SEND_AGAIN,
    GIVE_UP
  }

  static final int JITTER_PERCENT = 25;

  private final DoubleSupplier random;
  private final long maxBackoff;
  private final long deadline;
  private long backoff;
  private long refusalBackoff;
  private long nextAttempt;
  private int attempts = 1;
  private int refusedAttempt;

  /**
   * @param random numbers from 0 (inclusive) to 1; nothing secret depends on them
   */
  RetrySchedule(TransportConfig config, long now, DoubleSupplier random) {
    this.random = random;
    maxBackoff = config.maxBackoff().toNanos();
    deadline = now + config.patience().toNanos();
    backoff = config.retryTimeout().toNanos();
    refusalBackoff = Math.min(config.refusalBackoff().toNanos(), maxBackoff);
    nextAttempt = now + shortened(backoff);
  }

  /**
   * What is due; the caller does it.
   *
   * @param stillSending whether the producer still works on the last attempt: then another one
   *     would only fill its memory
   */
  Action due(long now, boolean stillSending) {
    if (now - deadline >= 0) {
      return Action.GIVE_UP;
    }
    if (now - nextAttempt < 0 || stillSending) {
      return Action.WAIT;
    }
    attempts++;
    backoff = Math.min(2 * backoff, maxBackoff);
    nextAttempt = now + shortened(backoff);
    return Action.SEND_AGAIN;
  }

  /** The edge asks to come again later. */
  void refused(long now) {
    if (refusedAttempt < attempts) {
      refusedAttempt = attempts;
      nextAttempt = now + shortened(refusalBackoff);
      refusalBackoff = Math.min(2 * refusalBackoff, maxBackoff);
    }
  }

  int attempts() {
    return attempts;
  }

  private long shortened(long wait) {
    return wait - (long) (wait / 100.0 * JITTER_PERCENT * random.getAsDouble());
  }
}
