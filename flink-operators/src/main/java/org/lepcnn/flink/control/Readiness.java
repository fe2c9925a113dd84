/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import java.time.Duration;
import org.lepcnn.core.error.LepcnnException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds an operator back, while it opens, until what admission asks is there.
 *
 * <p>After a restore Kafka's offsets go back to the checkpoint. Claims and releases that were
 * accepted since are then read again, at once; were they refused for want of devices or models, the
 * guard would forget them. So nothing is read before the control topics are read and the models
 * that are available are loaded, or the bound is over: then the answer is {@code NOT_READY}.
 */
public final class Readiness {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
  private static final long POLL_MILLIS = 20;

  private Readiness() {}

  /**
   * Waits, in the task's thread.
   *
   * @param bound of the wait; zero for none
   * @return whether all was there in time
   * @throws InterruptedException when the task is cancelled meanwhile
   */
  public static boolean await(EdgeControl control, Duration bound) throws InterruptedException {
    long deadline = System.nanoTime() + bound.toNanos();
    while (!control.isReady()) {
      if (System.nanoTime() - deadline >= 0) {
        LOG.warn(
            "The control topics are not read within {} ms; going on, NOT_READY until they are",
            bound.toMillis());
        return false;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return awaitModels(control, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
  }

  private static boolean awaitModels(EdgeControl control, Duration rest)
      throws InterruptedException {
    try {
      LOG.info("Ready: {}", control.models().awaitLoaded(rest));
      return true;
    } catch (LepcnnException e) { // a pool of one model; its failure reaches the task by itself
      LOG.warn("Going on without the model: {}", e.getMessage());
      return false;
    }
  }
}
