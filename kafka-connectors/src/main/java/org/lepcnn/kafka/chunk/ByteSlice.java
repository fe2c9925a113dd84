/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import java.util.Arrays;
import java.util.Objects;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.residue.ResidueCoding;

/**
 * A range of a byte array that is shared, not copied: nobody may change the array afterwards.
 *
 * @param array the array, usually a Kafka record's value
 * @param offset first byte of the range
 * @param length bytes in the range
 */
@SuppressWarnings("ArrayRecordComponent") // sharing the array is the purpose; equality is identity
public record ByteSlice(byte[] array, int offset, int length) {
  public ByteSlice {
    Objects.checkFromIndexSize(offset, length, array.length);
  }

  /** The whole array. */
  public static ByteSlice of(byte[] array) {
    return new ByteSlice(array, 0, array.length);
  }

  /** How many whole residues of a field the range holds. */
  public int residueCount(ResidueField field) {
    return length / field.wireBytes();
  }

  /**
   * Reads all residues of the range, as they are: nothing checks here that they are canonical.
   *
   * @param field of the residues
   * @param target where they go
   * @param at index of the first one in the target
   */
  public void copyResidues(ResidueField field, int[] target, int at) {
    ResidueCoding.read(field, array, offset, target, at, residueCount(field));
  }

  /** Whether all residues of the range are canonical. */
  public boolean allCanonical(ResidueField field) {
    return ResidueCoding.allCanonical(field, array, offset, residueCount(field));
  }

  /** A copy of the bytes. */
  public byte[] toBytes() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /** Whether both stand for the same range of the same array. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ByteSlice that
        && array == that.array
        && offset == that.offset
        && length == that.length;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * System.identityHashCode(array) + offset) + length;
  }

  /** Without the content. */
  @Override
  public String toString() {
    return length + " bytes";
  }
}
