/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.util.concurrent.TimeUnit;

/**
 * The memory that all models which are being fetched share. Whoever knows what it will take waits
 * until that much is free, and holds nothing meanwhile; whoever learns it as it goes takes what is
 * free or ends. So nobody waits for one who waits. Thread-safe.
 */
final class FetchBudget {
  private long free;

  /**
   * @param bytes the most at a time; what needs more never gets it
   */
  FetchBudget(long bytes) {
    this.free = bytes;
  }

  /** What one fetch holds of the budget; given back when it closes. */
  final class Allowance implements AutoCloseable {
    private long held;
    private boolean closed;

    /**
     * Waits for that much.
     *
     * @return whether it came in time, and this was not closed meanwhile
     */
    boolean await(long bytes, long nanos) throws InterruptedException {
      long deadline = System.nanoTime() + nanos;
      synchronized (FetchBudget.this) {
        while (!closed && free < bytes) {
          long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          if (left <= 0) {
            return false;
          }
          FetchBudget.this.wait(left);
        }
        return take(bytes);
      }
    }

    /** Takes that much more if it is free now. */
    boolean tryTake(long bytes) {
      synchronized (FetchBudget.this) {
        return take(bytes);
      }
    }

    @Override
    public void close() {
      synchronized (FetchBudget.this) {
        closed = true;
        free += held;
        held = 0;
        FetchBudget.this.notifyAll();
      }
    }

    private boolean take(long bytes) {
      if (closed || free < bytes) {
        return false;
      }
      free -= bytes;
      held += bytes;
      return true;
    }
  }

  Allowance allowance() {
    return new Allowance();
  }
}
