/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.lepcnn.core.error.EnvironmentException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets work end in order when the process is told to end: interrupts the thread that made the
 * guard, and holds the process back, for a bounded time, until that thread closes it.
 */
final class ShutdownGuard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShutdownGuard.class);
  private static final long BOUND_SECONDS = 60;

  private final Thread worker = Thread.currentThread();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "lepcnn-precompute-shutdown");

  ShutdownGuard() {
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      throw new EnvironmentException("Making tables: this process is about to end.", e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the hook runs already, and ends now
      return;
    }
  }

  private void stop() {
    worker.interrupt();
    try {
      if (!closed.await(BOUND_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("making tables: the job did not stop within {} s", BOUND_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
