/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections whose client takes too long over the head of a request. An idle time alone does
 * not bound that: a client that sends a byte now and then is never idle.
 *
 * <p>The time of a head begins when the connection is there, TLS handshake included, and on a
 * connection that has had a request, with the first byte after that request's end. A connection
 * that only waits for its next request is left to the idle time. Holds one entry for each open
 * connection, of which there are as many as {@code http.connections} says.
 */
final class HeadWatch implements Connection.Listener, Runnable {
  private final Map<Connection, Awaited> heads = new ConcurrentHashMap<>();
  private final long limitNanos;
  private final long crowdedNanos;
  private final LongSupplier nanoTime;
  private volatile boolean crowded;

  /**
   * What is awaited of a connection.
   *
   * @param request that is under way, so that no head is awaited; else null
   * @param bytes that had arrived when the last request ended; {@link #NEW} before the first one
   * @param since the time at which the head began, or may begin yet
   */
  private record Awaited(@Nullable Object request, long bytes, long since) {
    static final long NEW = -1;

    boolean hasBegun(Connection connection) {
      return request == null && bytes != connection.getBytesIn();
    }
  }

  /**
   * @param limitMillis for a head
   * @param crowdedMillis for a head while there are as many connections as there may be
   * @param nanoTime a clock
   */
  HeadWatch(long limitMillis, long crowdedMillis, LongSupplier nanoTime) {
    this.limitNanos = TimeUnit.MILLISECONDS.toNanos(limitMillis);
    this.crowdedNanos = TimeUnit.MILLISECONDS.toNanos(Math.min(limitMillis, crowdedMillis));
    this.nanoTime = nanoTime;
  }

  /** Whether there are as many connections as there may be. */
  void crowded(boolean is) {
    crowded = is;
  }

  @Override
  public void onOpened(Connection connection) {
    // of a connection with TLS only the one inside says what arrives
    if (connection instanceof ConnectionMetaData) {
      heads.put(connection, new Awaited(null, Awaited.NEW, nanoTime.getAsLong()));
    }
  }

  @Override
  public void onClosed(Connection connection) {
    heads.remove(connection);
  }

  /** A head is whole: until the request ends, none is awaited. */
  void began(Request request) {
    Connection connection = request.getConnectionMetaData().getConnection();
    Object token = new Object();
    heads.computeIfPresent(connection, (open, before) -> new Awaited(token, 0, 0));
    Request.addCompletionListener(
        request,
        failure ->
            heads.computeIfPresent(
                connection,
                (open, now) ->
                    now.request() == token
                        ? new Awaited(null, open.getBytesIn(), nanoTime.getAsLong())
                        : now));
  }

  /** Looks at all connections. */
  @Override
  public void run() {
    long now = nanoTime.getAsLong();
    long limit = crowded ? crowdedNanos : limitNanos;
    heads.forEach(
        (connection, awaited) -> {
          if (!awaited.hasBegun(connection)) {
            if (awaited.request() == null) {
              heads.replace(connection, awaited, new Awaited(null, awaited.bytes(), now));
            }
          } else if (now - awaited.since() > limit) {
            connection.getEndPoint().close(new TimeoutException("no whole head of a request"));
          }
        });
  }
}
