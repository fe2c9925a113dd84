/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.Optional;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.codec.TensorChunkView;

/** Checks a chunk against the plan: round, tensor, chunk count, length, canonical residues. */
final class ChunkValidator {
  private ChunkValidator() {}

  /** Why the chunk does not fit the plan; empty when it does. */
  static Optional<Refusal> check(TensorChunkView chunk, Plan plan) {
    if (chunk.round() >= plan.rounds()) {
      return malformed("round", "below " + plan.rounds(), chunk.round());
    }
    if (chunk.tensor() >= plan.tensors().size()
        || plan.tensor(chunk.tensor()).round() != chunk.round()) {
      return malformed("tensor", "one of round " + chunk.round(), chunk.tensor());
    }
    MaskedTensorSpec tensor = plan.tensor(chunk.tensor());
    Optional<String> misfit =
        ChunkLayout.misfit(
            tensor.field(),
            tensor.elements(),
            chunk.chunk(),
            chunk.chunks(),
            chunk.payload().length());
    if (misfit.isPresent()) {
      return misfit.map(detail -> new Refusal(EdgeErrorCode.MALFORMED, detail));
    }
    return chunk.payload().allCanonical(tensor.field())
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                EdgeErrorCode.MALFORMED, "payload: expected residues in [0, p); found others"));
  }

  private static Optional<Refusal> malformed(String what, String expected, int found) {
    return Optional.of(
        new Refusal(EdgeErrorCode.MALFORMED, what + ": expected " + expected + "; found " + found));
  }
}
