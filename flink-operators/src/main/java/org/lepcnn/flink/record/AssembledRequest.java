/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.util.List;

/**
 * A decoded, validated and complete request: a claim, a release, or all masked tensors of one
 * round.
 *
 * @param header who asks for what
 * @param digest the first 64 bits of SHA-256 over ids, shapes and residues; 0 without tensors
 * @param tensors in the plan's order; empty for a claim or release
 */
public record AssembledRequest(RequestHeader header, long digest, List<TensorPayload> tensors) {
  public AssembledRequest {
    tensors = List.copyOf(tensors);
  }

  /** Bytes of residues. */
  public long payloadBytes() {
    long sum = 0;
    for (TensorPayload tensor : tensors) {
      sum += tensor.byteCount();
    }
    return sum;
  }
}
