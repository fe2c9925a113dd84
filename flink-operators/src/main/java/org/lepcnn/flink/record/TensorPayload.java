/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.util.List;
import org.lepcnn.kafka.chunk.ByteSlice;

/**
 * The residues of one masked tensor, still as the slices of the Kafka records that carried them.
 *
 * @param id the tensor's number in the plan
 * @param elements residues over all slices
 * @param slices in order; each holds whole little-endian int32 residues
 */
public record TensorPayload(int id, int elements, List<ByteSlice> slices) {
  public TensorPayload {
    slices = List.copyOf(slices);
  }

  /** Bytes over all slices. */
  public long byteCount() {
    return (long) elements * Integer.BYTES;
  }

  /** The residues in a fresh array. */
  public int[] toResidues() {
    int[] residues = new int[elements];
    int position = 0;
    for (ByteSlice slice : slices) {
      slice.copyResidues(residues, position);
      position += slice.residueCount();
    }
    return residues;
  }

  /** Names the tensor without its contents. */
  @Override
  public String toString() {
    return "tensor " + id + " (" + elements + " residues)";
  }
}
