/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.quota;

/**
 * A bucket that fills at a rate and never holds more than a burst. It may go into debt, which the
 * rate repays. Times are milliseconds of one clock; a clock that goes back fills nothing. Not
 * thread-safe.
 */
public final class TokenBucket {
  private static final double MILLIS_PER_SECOND = 1_000;

  private double level;
  private long filledMillis;

  /** A full bucket. */
  public TokenBucket(double burst, long nowMillis) {
    level = burst;
    filledMillis = nowMillis;
  }

  /**
   * Fills the bucket up to now; the rate and the burst may differ from call to call. An infinite
   * rate makes an infinite bucket.
   */
  public void fill(double perSecond, double burst, long nowMillis) {
    if (Double.isInfinite(perSecond)) {
      level = perSecond;
      return;
    }
    long elapsed = Math.max(0, nowMillis - filledMillis);
    level = Math.min(burst, level + elapsed * perSecond / MILLIS_PER_SECOND);
    filledMillis = Math.max(filledMillis, nowMillis);
  }

  /** What is there; negative for a debt. */
  public double level() {
    return level;
  }

  public void take(double amount) {
    level -= amount;
  }
}
