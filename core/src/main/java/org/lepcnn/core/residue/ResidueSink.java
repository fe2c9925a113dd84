/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import java.util.Arrays;

/** Where a kernel puts canonical residues: an array, or the bytes of a record. For one thread. */
public interface ResidueSink {
  /**
   * Puts a run of residues.
   *
   * @param to index of the first one
   * @param source where they come from
   * @param from index of the first one in the source
   * @param count how many
   */
  void put(int to, int[] source, int from, int count);

  /**
   * Puts the columns of a matrix as runs of residues: element (r, c) goes to index {@code to + c ·
   * toStride + r}.
   *
   * @param source the matrix, its rows {@code sourceStride} elements apart
   * @param from index of the first element in the source
   */
  void putColumns(
      int[] source, int from, int sourceStride, int rows, int columns, int to, int toStride);

  /** An array, which is shared. */
  static ResidueSink of(int[] residues) {
    return new ArraySink(residues);
  }

  /** The first {@code count} arrays, which are shared. */
  static ResidueSink[] of(int[][] arrays, int count) {
    return Arrays.stream(arrays, 0, count).map(ResidueSink::of).toArray(ResidueSink[]::new);
  }
}
