/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.util.concurrent.atomic.LongAdder;

/** The running counts behind {@link TransportStatistics}. */
final class Counters {
  final LongAdder recordsSent = new LongAdder();
  final LongAdder bytesSent = new LongAdder();
  final LongAdder retries = new LongAdder();
  final LongAdder recordsReceived = new LongAdder();
  final LongAdder bytesReceived = new LongAdder();
  final LongAdder duplicates = new LongAdder();
  final LongAdder unexpected = new LongAdder();
  final LongAdder malformed = new LongAdder();
  final LongAdder refusals = new LongAdder();

  TransportStatistics snapshot() {
    return new TransportStatistics(
        recordsSent.sum(),
        bytesSent.sum(),
        retries.sum(),
        recordsReceived.sum(),
        bytesReceived.sum(),
        duplicates.sum(),
        unexpected.sum(),
        malformed.sum(),
        refusals.sum());
  }
}
