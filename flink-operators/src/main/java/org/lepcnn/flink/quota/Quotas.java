/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.quota;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.record.Refusal;

/**
 * What devices have used of their quotas, for all subtasks of a process together: a bucket of
 * requests and one of bytes per device, each with a burst of {@value #BURST_SECONDS} seconds.
 *
 * <p>A request is let in when a whole request and any bytes are left, so that a round larger than
 * the burst is possible; it is paid for as a debt. Memory is bounded: beyond {@value #DEVICES}
 * devices the least recently used is forgotten, which gives it a full burst. Thread-safe.
 */
@PublicApi
public final class Quotas {
  static final int BURST_SECONDS = 2;
  static final int DEVICES = 1 << 17;

  /** Unpaid requests after which not even the rest of an open round is looked at. */
  private static final int MOST_REQUEST_DEBT = 16;

  private static final int STRIPES = 16;

  private final QuotaSettings defaults;
  private final Stripe[] stripes = new Stripe[STRIPES];

  public Quotas(QuotaSettings defaults) {
    this.defaults = defaults;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  private static final class Buckets {
    final TokenBucket requests;
    final TokenBucket bytes;

    Buckets(Rates rates, long nowMillis) {
      requests = new TokenBucket(rates.requests * BURST_SECONDS, nowMillis);
      bytes = new TokenBucket(rates.bytes * BURST_SECONDS, nowMillis);
    }

    void fill(Rates rates, long nowMillis) {
      requests.fill(rates.requests, rates.requests * BURST_SECONDS, nowMillis);
      bytes.fill(rates.bytes, rates.bytes * BURST_SECONDS, nowMillis);
    }
  }

  private record Rates(double requests, double bytes) {
    boolean unlimited() {
      return Double.isInfinite(requests) && Double.isInfinite(bytes);
    }
  }

  private static final class Stripe {
    final LruMap<String, Buckets> devices = new LruMap<>(DEVICES / STRIPES);
  }

  /** Why a request may not be let in now; null when it may, and then it is paid for. */
  public @Nullable Refusal take(String device, Enrolment enrolment, long bytes, long nowMillis) {
    Rates rates = rates(enrolment);
    if (rates.unlimited()) {
      return null;
    }
    Stripe stripe = stripe(device);
    synchronized (stripe) {
      Buckets buckets = filled(stripe, device, rates, nowMillis);
      if (buckets.requests.level() < 1) {
        return exceeded(rates.requests, "requests");
      }
      if (buckets.bytes.level() <= 0) {
        return exceeded(rates.bytes, "bytes");
      }
      pay(buckets, 1, bytes);
      return null;
    }
  }

  /** Charges what was not asked for: bytes sent again, or a record that proved wrong. */
  public void charge(
      String device, Enrolment enrolment, long requests, long bytes, long nowMillis) {
    Rates rates = rates(enrolment);
    if (rates.unlimited()) {
      return;
    }
    Stripe stripe = stripe(device);
    synchronized (stripe) {
      pay(filled(stripe, device, rates, nowMillis), requests, bytes);
    }
  }

  /** Whether a device owes so much that not even the rest of an open round is looked at. */
  public boolean indebted(String device, Enrolment enrolment, long nowMillis) {
    Rates rates = rates(enrolment);
    if (rates.unlimited()) {
      return false;
    }
    Stripe stripe = stripe(device);
    synchronized (stripe) {
      return filled(stripe, device, rates, nowMillis).requests.level() < -MOST_REQUEST_DEBT;
    }
  }

  private static Buckets filled(Stripe stripe, String device, Rates rates, long nowMillis) {
    Buckets buckets = stripe.devices.get(device);
    if (buckets == null) {
      buckets = new Buckets(rates, nowMillis);
      stripe.devices.put(device, buckets);
    }
    buckets.fill(rates, nowMillis);
    return buckets;
  }

  private static void pay(Buckets buckets, long requests, long bytes) {
    buckets.requests.take((double) requests);
    buckets.bytes.take((double) bytes);
  }

  private static Refusal exceeded(double perSecond, String what) {
    return new Refusal(
        EdgeErrorCode.QUOTA_EXCEEDED,
        "the device's quota is " + (long) perSecond + " " + what + " a second");
  }

  private Rates rates(Enrolment enrolment) {
    return new Rates(
        rate(enrolment.requestsPerSecond(), defaults.requestsPerSecond()),
        rate(enrolment.bytesPerSecond(), defaults.bytesPerSecond()));
  }

  private static double rate(long own, long otherwise) {
    long rate = own > 0 ? own : otherwise;
    return rate > 0 ? rate : Double.POSITIVE_INFINITY;
  }

  private Stripe stripe(String device) {
    return stripes[(device.hashCode() & Integer.MAX_VALUE) % STRIPES];
  }
}
