/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.TensorPayload;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.chunk.RoundAssembly;
import org.lepcnn.kafka.chunk.RoundShape;
import org.lepcnn.kafka.chunk.SliceStore;
import org.lepcnn.kafka.codec.TensorChunkView;

/** The chunks of one round that have arrived so far: the arrays that came, and nothing ahead. */
final class PartialRound {
  /** More than a chunk's ids, array and bookkeeping take beside its payload. */
  private static final int CHUNK_OVERHEAD_BYTES = 512;

  /** More than the bookkeeping of a round takes beside that of its chunks. */
  private static final int ROUND_OVERHEAD_BYTES = 1_024;

  /** A place for a chunk that has not come. */
  private static final int PLACE_BYTES = 8;

  private final RoundShape shape;
  private final RoundAssembly<SliceStore> assembly;
  private final long begunMillis;
  private long newestMillis;
  private RequestHeader header;
  private int newestTensor;
  private int newestChunk;

  PartialRound(RequestHeader header, RoundShape shape, long nowMillis) {
    this.header = header;
    this.shape = shape;
    this.assembly = new RoundAssembly<>(shape, new SliceStore(shape));
    this.begunMillis = nowMillis;
    this.newestMillis = nowMillis;
  }

  /** The memory that a round of the plan takes when it is complete. */
  static long bytesOf(Plan plan, int round) {
    long bytes = ROUND_OVERHEAD_BYTES;
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      bytes += tensor.wireBytes();
      bytes += ChunkLayout.count(tensor.elements()) * (CHUNK_OVERHEAD_BYTES + (long) PLACE_BYTES);
    }
    return bytes;
  }

  /** The memory that a round takes before its first chunk is kept. */
  static long emptyBytesOf(Plan plan, int round) {
    long bytes = ROUND_OVERHEAD_BYTES;
    for (MaskedTensorSpec tensor : plan.tensorsOfRound(round)) {
      bytes += (long) ChunkLayout.count(tensor.elements()) * PLACE_BYTES;
    }
    return bytes;
  }

  /** The memory that a chunk takes. */
  static long bytesOf(TensorChunkView chunk) {
    return chunk.payload().length() + (long) CHUNK_OVERHEAD_BYTES;
  }

  RequestHeader header() {
    return header;
  }

  /** The tensor of the chunk that came last. */
  int newestTensor() {
    return newestTensor;
  }

  /** The number of the chunk that came last. */
  int newestChunk() {
    return newestChunk;
  }

  /** Whether it had its time: since its newest chunk, or since its first. */
  boolean isOverdue(AssemblyLimits limits, long nowMillis) {
    return nowMillis - newestMillis >= limits.timeoutMillis()
        || nowMillis - begunMillis >= limits.roundMillis();
  }

  /** Whether another chunk makes it complete. */
  boolean lacksOne() {
    return assembly.missingChunks() == 1;
  }

  /** Whether a chunk that is there has this one's content. */
  boolean agreesWith(TensorChunkView chunk) {
    return sameBytes(
        assembly.store().slice(shape.positionOf(chunk.tensor()), chunk.chunk()), chunk.payload());
  }

  /** Adds a validated chunk that is not there. */
  void add(RequestHeader newest, TensorChunkView chunk, long nowMillis) {
    boolean unused = assembly.take(chunk.tensor(), chunk.chunk(), chunk.payload());
    header = newest;
    newestTensor = chunk.tensor();
    newestChunk = chunk.chunk();
    newestMillis = nowMillis;
  }

  /** Whether a chunk is there; numbers outside the plan are not. */
  boolean holds(int tensor, int chunk) {
    return assembly.holds(tensor, chunk);
  }

  /** All tensors of the complete round, in the plan's order. */
  List<TensorPayload> payloads() {
    List<TensorPayload> payloads = new ArrayList<>(shape.parts());
    for (int i = 0; i < shape.parts(); i++) {
      payloads.add(new TensorPayload(shape.id(i), shape.elements(i), assembly.store().part(i)));
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
