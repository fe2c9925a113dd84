/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import java.util.Set;

/**
 * How many inputs one run of a model holds, and which of its values hold them row by row: as many
 * parts of one size one after the other, each of which follows from its own input alone.
 *
 * @param batch the inputs of a run; 1 for a model that is imported as it is
 * @param values the names of such values; none for a batch of 1, where every value is one row
 */
public record BatchRows(int batch, Set<String> values) {
  /** One input a run. */
  public static final BatchRows ONE = new BatchRows(1, Set.of());

  public BatchRows {
    values = Set.copyOf(values);
  }

  /** Whether a value holds the inputs row by row. */
  public boolean hold(String value) {
    return batch == 1 || values.contains(value);
  }
}
