/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Optional;
import org.lepcnn.core.field.Field;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.admission.Refusal;
import org.lepcnn.kafka.codec.ByteSlice;
import org.lepcnn.kafka.codec.ChunkLayout;
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
    int chunks = ChunkLayout.count(tensor.elements());
    if (chunk.chunks() != chunks) {
      return malformed("number of chunks", Integer.toString(chunks), chunk.chunks());
    }
    int elements = ChunkLayout.elementsOf(chunk.chunk(), tensor.elements());
    if (chunk.payload().length() != elements * Integer.BYTES) {
      return malformed("payload", elements * Integer.BYTES + " bytes", chunk.payload().length());
    }
    return allCanonical(chunk.payload())
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                EdgeErrorCode.MALFORMED, "payload: expected residues in [0, p); found others"));
  }

  private static boolean allCanonical(ByteSlice payload) {
    IntBuffer residues =
        ByteBuffer.wrap(payload.array(), payload.offset(), payload.length())
            .order(ByteOrder.LITTLE_ENDIAN)
            .asIntBuffer();
    boolean canonical = true;
    while (residues.hasRemaining()) {
      canonical &= Field.isCanonical(residues.get());
    }
    return canonical;
  }

  private static Optional<Refusal> malformed(String what, String expected, int found) {
    return Optional.of(
        new Refusal(EdgeErrorCode.MALFORMED, what + ": expected " + expected + "; found " + found));
  }
}
