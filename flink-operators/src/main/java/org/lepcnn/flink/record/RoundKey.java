/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.util.Objects;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;

/**
 * What all chunks of one sender's attempt at a round have in common. The model is part of it: a
 * sender that names another model under the same ids begins another round, whose plan is the other
 * model's.
 */
public record RoundKey(
    String topic,
    String device,
    ChainId chain,
    Fingerprint model,
    long pass,
    int round,
    InstanceId instance) {
  public RoundKey {
    Objects.requireNonNull(device, "device");
  }

  /** The key of a round's chunk. */
  public static RoundKey of(RequestHeader header) {
    return new RoundKey(
        header.topic(),
        header.device(),
        header.chain(),
        header.model(),
        header.firstPass(),
        header.round(),
        header.instance());
  }
}
