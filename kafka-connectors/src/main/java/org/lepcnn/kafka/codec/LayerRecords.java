/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.util.List;
import org.lepcnn.core.residue.ResidueBytes;

/**
 * The records of a layer's result, all but the residues, for which they have room: a kernel writes
 * them in place.
 *
 * @param values the records' values, one a chunk
 * @param residues the room in all of them
 */
public record LayerRecords(List<byte[]> values, ResidueBytes residues) {
  public LayerRecords {
    values = List.copyOf(values);
  }
}
