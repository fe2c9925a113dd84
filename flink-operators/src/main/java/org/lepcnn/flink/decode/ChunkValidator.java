/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.codec.TensorChunkView;

/** Checks a chunk against the plan: round, tensor, chunk count, length, canonical residues. */
final class ChunkValidator {
  private static final VarHandle PAIRS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle RESIDUES =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONE_EACH = 0x0000_0001_0000_0001L;
  private static final long TOP_BITS = 0x8000_0000_8000_0000L;

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
            tensor.elements(), chunk.chunk(), chunk.chunks(), chunk.payload().length());
    if (misfit.isPresent()) {
      return misfit.map(detail -> new Refusal(EdgeErrorCode.MALFORMED, detail));
    }
    return allCanonical(chunk.payload())
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                EdgeErrorCode.MALFORMED, "payload: expected residues in [0, p); found others"));
  }

  /**
   * Whether all residues are in [0, p), two at a time. A word w is not when its top bit is set (w ≥
   * 2³¹) or when w = p = 2³¹ − 1, and then w + 1 has the top bit. The sum of the lower word only
   * carries into the upper one when it is 2³² − 1, whose own top bit tells already.
   */
  static boolean allCanonical(ByteSlice payload) {
    byte[] bytes = payload.array();
    int at = payload.offset();
    int end = at + payload.length();
    long found = 0;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long pair = (long) PAIRS.get(bytes, at);
      found |= pair | (pair + ONE_EACH);
    }
    boolean last = at == end || Field31.isCanonical((int) RESIDUES.get(bytes, at));
    return last && (found & TOP_BITS) == 0;
  }

  private static Optional<Refusal> malformed(String what, String expected, int found) {
    return Optional.of(
        new Refusal(EdgeErrorCode.MALFORMED, what + ": expected " + expected + "; found " + found));
  }
}
