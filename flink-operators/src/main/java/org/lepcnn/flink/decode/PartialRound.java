/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.TensorPayload;
import org.lepcnn.kafka.codec.ByteSlice;
import org.lepcnn.kafka.codec.ChunkLayout;
import org.lepcnn.kafka.codec.TensorChunkView;

/** The chunks of one round that have arrived so far. */
final class PartialRound {
  /** More than a chunk's ids, array and bookkeeping take beside its payload. */
  private static final int CHUNK_OVERHEAD_BYTES = 512;

  private final List<MaskedTensorSpec> tensors;
  private final ByteSlice[][] chunks;
  private long deadlineMillis;
  private RequestHeader header;
  private int missing;

  PartialRound(RequestHeader header, List<MaskedTensorSpec> tensors, long deadlineMillis) {
    this.header = header;
    this.tensors = tensors;
    this.deadlineMillis = deadlineMillis;
    this.chunks = new ByteSlice[tensors.size()][];
    for (int i = 0; i < chunks.length; i++) {
      chunks[i] = new ByteSlice[ChunkLayout.count(tensors.get(i).elements())];
      missing += chunks[i].length;
    }
  }

  /** The memory that a round of the plan takes when it is complete. */
  static long bytesOf(Plan plan, int round) {
    long bytes = 0;
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      bytes += (long) tensor.elements() * Integer.BYTES;
      bytes += (long) ChunkLayout.count(tensor.elements()) * CHUNK_OVERHEAD_BYTES;
    }
    return bytes;
  }

  RequestHeader header() {
    return header;
  }

  long deadlineMillis() {
    return deadlineMillis;
  }

  /** A chunk brought the round forward: it may take its time again. */
  void postpone(long newDeadlineMillis) {
    deadlineMillis = newDeadlineMillis;
  }

  /** Chunks that are not there yet. */
  int missing() {
    return missing;
  }

  boolean isComplete() {
    return missing == 0;
  }

  /**
   * Adds a validated chunk; one that is there already changes nothing.
   *
   * @return false when the chunk is there with another content
   */
  boolean add(RequestHeader newest, TensorChunkView chunk) {
    int position = 0;
    while (tensors.get(position).id() != chunk.tensor()) {
      position++;
    }
    ByteSlice present = chunks[position][chunk.chunk()];
    if (present != null) {
      return sameBytes(present, chunk.payload());
    }
    chunks[position][chunk.chunk()] = chunk.payload();
    missing--;
    header = newest;
    return true;
  }

  /** Whether a chunk is there; numbers outside the plan are not. */
  boolean holds(int tensor, int chunk) {
    for (int position = 0; position < chunks.length; position++) {
      if (tensors.get(position).id() == tensor) {
        return chunk < chunks[position].length && chunks[position][chunk] != null;
      }
    }
    return false;
  }

  /** All tensors of the complete round, in the plan's order. */
  List<TensorPayload> payloads() {
    List<TensorPayload> payloads = new ArrayList<>(chunks.length);
    for (int i = 0; i < chunks.length; i++) {
      MaskedTensorSpec tensor = tensors.get(i);
      payloads.add(new TensorPayload(tensor.id(), tensor.elements(), List.of(chunks[i])));
    }
    return payloads;
  }

  private static boolean sameBytes(ByteSlice a, ByteSlice b) {
    return Arrays.equals(
        a.array(),
        a.offset(),
        a.offset() + a.length(),
        b.array(),
        b.offset(),
        b.offset() + b.length());
  }
}
