/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.claim;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.QuarantinedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place through which a session sends. Everything that is sent holds the gate shared; the
 * durable record of an integrity failure holds it alone, so that nothing of any pass leaves between
 * the discovery of a forgery and its record. After {@code limit} failures in the life of the chain
 * the gate stays shut.
 */
public final class SendGate {
  private static final Logger LOG = LoggerFactory.getLogger(SendGate.class);

  private final PassSupply supply;
  private final int limit;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean shut;

  public SendGate(PassSupply supply, int limit) {
    this.supply = supply;
    this.limit = limit;
  }

  /**
   * Sends if the gate is open.
   *
   * @throws QuarantinedException when the edge is no longer used
   * @throws EnvironmentException when the session has been closed
   */
  public <T> T send(Supplier<T> sending) {
    lock.readLock().lock();
    try {
      requireOpen();
      return sending.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  public void requireOpen() {
    if (supply.integrityFailures() >= limit) {
      throw new QuarantinedException(
          ("The edge is quarantined after %s results that failed the integrity check; the "
                  + "limit is %s. The device sends nothing more. Find out why they failed, then run "
                  + "'lepcnn device lift-quarantine --state DIR', or provision the device again.")
              .formatted(supply.integrityFailures(), limit));
    }
    if (shut) {
      throw new EnvironmentException(
          "The session sends nothing more: it was closed. Open another one.");
    }
  }

  /** Counts a failure durably. When that is impossible the gate shuts for good. */
  public void recordFailure(RuntimeException failure) {
    lock.writeLock().lock();
    try {
      supply.recordIntegrityFailure();
      LOG.warn("{} ({} of {})", failure.getMessage(), supply.integrityFailures(), limit);
    } catch (RuntimeException e) {
      shut = true;
      LOG.error("An integrity failure could not be recorded; nothing is sent any more", e);
      failure.addSuppressed(e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Lets nothing through from now on. */
  public void shut() {
    lock.writeLock().lock();
    try {
      shut = true;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
