/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;
import org.lepcnn.bench.measure.Timing;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;

/**
 * Takes the time of every round, from handing the request to the transport until its result is
 * there, for a device with one pass in flight. Closing it closes the transport.
 */
final class RoundTimer extends ForwardingEdgeTransport {
  /** Of each round, as it was last. */
  private final AtomicLongArray nanos;

  /**
   * @param rounds of the model
   */
  RoundTimer(EdgeTransport transport, int rounds) {
    super(transport);
    this.nanos = new AtomicLongArray(rounds);
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    long before = System.nanoTime();
    // the time is noted before the session gets the result, and so before the pass ends
    return super.exchange(request)
        .whenComplete((result, error) -> nanos.set(request.round(), System.nanoTime() - before));
  }

  /** The rounds of the pass that ended last, in milliseconds. */
  double[] lastPassMillis() {
    double[] millis = new double[nanos.length()];
    Arrays.setAll(millis, round -> nanos.get(round) / Timing.NANOS_PER_MILLI);
    return millis;
  }
}
