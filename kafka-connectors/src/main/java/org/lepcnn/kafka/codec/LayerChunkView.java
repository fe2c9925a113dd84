/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.port.CallId;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.ChunkLayout;

/**
 * A chunk of a layer's result as it was read: parsed ids over the record's own bytes, which are not
 * copied.
 *
 * @param call the round that it answers
 * @param layer the layer's number in the plan, from 0 (not checked against a plan)
 * @param chunk the chunk's number, from 0
 * @param chunks the result's number of chunks
 * @param payload residues, three or four bytes each by the field of the plan; their number fits
 *     {@link ChunkLayout} in one of them, their values are not checked
 * @param record the whole record
 */
public record LayerChunkView(
    CallId.OfRound call, int layer, int chunk, int chunks, ByteSlice payload, ByteSlice record)
    implements EdgeAnswer {

  public LayerChunkView {
    ChunkChecks.notNegative("LayerChunk", "layer", layer);
    ChunkLayout.check("LayerChunk", chunk, chunks, payload.length());
  }
}
