/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

/** An array to write. */
@SuppressWarnings("ArrayRecordComponent") // sharing the array is the purpose
record ArraySink(int[] residues) implements ResidueSink {
  @Override
  public void put(int to, int[] source, int from, int count) {
    System.arraycopy(source, from, residues, to, count);
  }

  @Override
  public void putColumns(
      int[] source, int from, int sourceStride, int rows, int columns, int to, int toStride) {
    Transposition.toInts(source, from, sourceStride, rows, columns, residues, to, toStride);
  }
}
