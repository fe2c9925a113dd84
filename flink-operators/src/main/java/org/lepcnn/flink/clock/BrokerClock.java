/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.clock;

import org.lepcnn.core.api.PublicApi;

/**
 * What time it is at the broker, told from the append times of records and from nothing that this
 * machine's clock says alone. A clock that is minutes off therefore makes no request older or
 * younger.
 *
 * <p>A record that is seen was appended before: the time here less its append time is the
 * difference of the two clocks plus the time that the record took. The least of these differences
 * is the best estimate, and never an underestimate. So the broker's time is never overestimated, no
 * request is taken for older than it is, and one may be taken for younger by as much as the fastest
 * record took. Where nothing was seen for a while, nothing is late.
 *
 * <p>Differences are forgotten after one to two windows, so that a clock that is set is followed.
 * Whoever reads a backlog sees old records alone; it has to be told of the newest ones by somebody
 * else ({@link #observeNewest}). Thread-safe.
 */
@PublicApi
public final class BrokerClock {
  /** How long a difference counts at least. */
  public static final long WINDOW_MILLIS = 30_000;

  private static final long NONE = Long.MAX_VALUE;

  private long windowStart;
  private long least = NONE;
  private long leastBefore = NONE;
  private long lastKnown;

  /**
   * Takes notice of a record that was just read.
   *
   * @param appendMillis its append time, given by the broker
   * @param nowMillis this machine's time
   */
  public synchronized void observe(long appendMillis, long nowMillis) {
    observeNewest(appendMillis, nowMillis);
    lastKnown = Math.min(least, leastBefore);
  }

  /**
   * Takes notice of the newest record of a partition, which may have been there for long.
   *
   * @param appendMillis its append time, given by the broker
   * @param nowMillis this machine's time
   */
  public synchronized void observeNewest(long appendMillis, long nowMillis) {
    turn(nowMillis);
    least = Math.min(least, nowMillis - appendMillis);
  }

  /**
   * The time at the broker, not later than it is; the beginning of all times when it is not known.
   *
   * @param nowMillis this machine's time
   */
  public synchronized long brokerMillis(long nowMillis) {
    turn(nowMillis);
    long difference = Math.min(least, leastBefore);
    return difference == NONE ? Long.MIN_VALUE : nowMillis - difference;
  }

  /**
   * By how much this machine's clock is ahead of the broker's, plus the time that the fastest
   * record took; negative when it is behind. The one of the last record that was read, 0 before.
   */
  public synchronized long aheadMillis() {
    return lastKnown;
  }

  /** Threads may come a little out of order, and then none has set the clock back. */
  private void turn(long nowMillis) {
    long age = nowMillis - windowStart;
    if (age > -WINDOW_MILLIS && age < WINDOW_MILLIS) {
      return;
    }
    boolean next = age > 0 && age < 2 * WINDOW_MILLIS;
    leastBefore = next ? least : NONE; // a clock that was set, or silence: what was known is void
    least = NONE;
    windowStart = nowMillis;
  }
}
