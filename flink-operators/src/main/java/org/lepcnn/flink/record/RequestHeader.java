/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;

/**
 * Who asks for what: the parsed part of a request.
 *
 * @param topic the request's topic
 * @param partition where it was read
 * @param offset where it was read; of the last chunk for a round
 * @param device a valid device id
 * @param chain the device's chain
 * @param model the full fingerprint
 * @param firstPass of a claim; the pass of a round
 * @param lastPass of a claim; the pass of a round
 * @param round from 0; {@link #CLAIM} for a claim
 * @param instance the instance that claims or claimed
 * @param expiresAtMillis append time plus lifetime, on the broker's clock
 */
public record RequestHeader(
    String topic,
    int partition,
    long offset,
    String device,
    ChainId chain,
    Fingerprint model,
    long firstPass,
    long lastPass,
    int round,
    InstanceId instance,
    long expiresAtMillis) {
  /** Stands for "no round": the request is a claim. */
  public static final int CLAIM = -1;

  public boolean isClaim() {
    return round == CLAIM;
  }
}
