/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.kafka.chunk.ByteSlice;

/**
 * The residues of one masked tensor, still as the slices of the Kafka records that carried them.
 *
 * @param id the tensor's number in the plan
 * @param elements residues over all slices
 * @param slices in order; each holds whole residues of the tensor's field, which the plan says
 */
public record TensorPayload(int id, int elements, List<ByteSlice> slices) {
  public TensorPayload {
    slices = List.copyOf(slices);
  }

  /** Bytes over all slices. */
  public long byteCount() {
    long bytes = 0;
    for (ByteSlice slice : slices) {
      bytes += slice.length();
    }
    return bytes;
  }

  /**
   * The residues in a fresh array.
   *
   * @param field the tensor's
   */
  public int[] toResidues(ResidueField field) {
    int[] residues = new int[elements];
    int position = 0;
    for (ByteSlice slice : slices) {
      slice.copyResidues(field, residues, position);
      position += slice.residueCount(field);
    }
    return residues;
  }

  /** Names the tensor without its contents. */
  @Override
  public String toString() {
    return "tensor " + id + " (" + elements + " residues)";
  }
}
