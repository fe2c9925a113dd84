/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.PassRound;

/**
 * Who asks for what: the parsed part of a request.
 *
 * @param topic the request's topic
 * @param partition where it was read
 * @param offset where it was read; of the last chunk for a round
 * @param call what is asked for
 * @param expiresAtMillis append time plus lifetime, on the broker's clock
 */
public record RequestHeader(
    String topic, int partition, long offset, EdgeCall call, long expiresAtMillis) {
  public String device() {
    return call.device();
  }

  public ChainId chain() {
    return call.chain();
  }

  /** The full fingerprint. */
  public Fingerprint model() {
    return call.model();
  }

  /** Whether it is a round; claims and releases carry no tensor. */
  public boolean isRound() {
    return call instanceof PassRound;
  }

  /** The round; for a request that is one. */
  public PassRound asRound() {
    return (PassRound) call;
  }
}
