/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the connections. Further ones wait in the operating system's queue; those that do nothing
 * make room sooner than otherwise. The log says so, at most once a minute.
 */
final class Crowd extends NetworkConnectionLimit {
  private static final Logger LOG = LoggerFactory.getLogger(Crowd.class);
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final HeadWatch heads;
  private long told = System.nanoTime() - QUIET_NANOS;

  /**
   * @param most connections at a time
   * @param idleMillis after which a connection ends on which nothing happens, while there are so
   *     many
   */
  Crowd(int most, ServerConnector connector, long idleMillis, HeadWatch heads) {
    super(most, connector);
    this.heads = heads;
    setEndPointIdleTimeout(idleMillis);
  }

  /** Called under the lock of the limit. */
  @Override
  protected void limit() {
    heads.crowded(true);
    long now = System.nanoTime();
    if (now - told >= QUIET_NANOS) {
      told = now;
      LOG.warn(
          "The HTTP door has {} connections, as many as http.connections allows. Further ones wait,"
              + " and those that do nothing end after {} ms. Clients should use their connections"
              + " again, or raise http.connections.",
          getMaxNetworkConnectionCount(),
          getEndPointIdleTimeout());
    }
    super.limit();
  }

  @Override
  protected void unlimit() {
    heads.crowded(false);
    super.unlimit();
  }
}
