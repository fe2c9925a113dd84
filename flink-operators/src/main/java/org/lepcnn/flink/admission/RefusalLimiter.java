/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.admission;

import org.jspecify.annotations.Nullable;
import org.lepcnn.flink.quota.LruMap;
import org.lepcnn.flink.quota.TokenBucket;

/**
 * How many refusals are answered: {@value #PER_SECOND} a second for each enrolled device, {@value
 * #PER_SECOND_UNKNOWN} for all others of a topic together, with bursts of {@value #BURST_SECONDS}
 * seconds. What is not answered is counted, and the sender's own time-out makes it come again. Not
 * thread-safe.
 */
public final class RefusalLimiter {
  static final int PER_SECOND = 20;
  static final int PER_SECOND_UNKNOWN = 200;
  static final int BURST_SECONDS = 4;
  private static final int REMEMBERED = 8_192;

  private final LruMap<String, TokenBucket> buckets = new LruMap<>(REMEMBERED);

  /**
   * Whether a refusal may be answered now.
   *
   * @param knownDevice the enrolled device that is refused; null for any other
   */
  public boolean allows(String topic, @Nullable String knownDevice, long nowMillis) {
    int perSecond = knownDevice == null ? PER_SECOND_UNKNOWN : PER_SECOND;
    int burst = perSecond * BURST_SECONDS;
    // a topic's name is no device's: it begins with "lepcnn.requests." and ends after '/'
    String key = knownDevice == null ? topic + "/" : knownDevice;
    TokenBucket bucket = buckets.get(key);
    if (bucket == null) {
      bucket = new TokenBucket(burst, nowMillis);
      buckets.put(key, bucket);
    }
    bucket.fill(perSecond, burst, nowMillis);
    if (bucket.level() < 1) {
      return false;
    }
    bucket.take(1);
    return true;
  }
}
