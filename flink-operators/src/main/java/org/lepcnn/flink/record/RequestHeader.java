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
 * @param firstPass of a claim; the first free pass of a release; the pass of a round
 * @param lastPass of a claim; the first free pass of a release; the pass of a round
 * @param round from 0; {@link #CLAIM} for a claim, {@link #RELEASE} for a release
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

  /** Stands for "no round": the request is a release. */
  public static final int RELEASE = -2;

  public boolean isClaim() {
    return round == CLAIM;
  }

  public boolean isRelease() {
    return round == RELEASE;
  }

  /** Whether it is a round; claims and releases carry no tensor. */
  public boolean isRound() {
    return round >= 0;
  }
}
