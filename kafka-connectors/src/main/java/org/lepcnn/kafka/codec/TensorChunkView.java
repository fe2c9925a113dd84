/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.chunk.MalformedRecordException;

/**
 * A chunk of a masked tensor as it was read: parsed ids over the record's own bytes, which are not
 * copied.
 *
 * @param call the round that it is part of
 * @param tensor the tensor's number in the plan, from 0 (not checked against a plan)
 * @param chunk the chunk's number, from 0
 * @param chunks the tensor's number of chunks
 * @param lifetimeMillis see {@link EdgeRequest#lifetimeMillis}
 * @param payload residues, three or four bytes each by the field of the plan; their number fits
 *     {@link ChunkLayout} in one of them, their values are not checked
 * @param record the whole record, from which {@link RequestCodec#decode} makes this view again
 */
public record TensorChunkView(
    PassRound call,
    int tensor,
    int chunk,
    int chunks,
    long lifetimeMillis,
    ByteSlice payload,
    ByteSlice record)
    implements EdgeRequest {

  public TensorChunkView {
    ChunkChecks.notNegative("TensorChunk", "tensor", tensor);
    ChunkLayout.check("TensorChunk", chunk, chunks, payload.length());
    if (lifetimeMillis < 1) {
      throw MalformedRecordException.about("TensorChunk")
          .expected("a lifetime of at least 1 ms")
          .found(lifetimeMillis);
    }
  }

  /** The round's number, from 0. */
  public int round() {
    return call.round();
  }
}
