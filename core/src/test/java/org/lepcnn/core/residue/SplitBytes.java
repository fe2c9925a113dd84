/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.field.ResidueField;

/** Room for residues in parts, each in an array of its own, none at the start of its array. */
public final class SplitBytes {
  private final List<ResidueBytes.Part> parts = new ArrayList<>();
  private final ResidueField field;
  private final ResidueBytes room;

  /** Room in the form of the field of 31 bits. */
  public SplitBytes(int residues, int partSize) {
    this(ResidueField.P31, residues, partSize);
  }

  SplitBytes(ResidueField field, int residues, int partSize) {
    this.field = field;
    for (int first = 0; first < residues; first += partSize) {
      int size = Math.min(partSize, residues - first);
      int offset = 1 + parts.size() % 7;
      parts.add(
          new ResidueBytes.Part(new byte[offset + size * field.wireBytes() + 3], offset, size));
    }
    room = new ResidueBytes(field, parts);
  }

  public ResidueBytes room() {
    return room;
  }

  /** What is there now. */
  public int[] read() {
    int size = parts.stream().mapToInt(ResidueBytes.Part::residues).sum();
    int[] residues = new int[size];
    int at = 0;
    for (ResidueBytes.Part part : parts) {
      for (int i = 0; i < part.residues(); i++) {
        residues[at++] = residue(part.array(), part.offset() + i * field.wireBytes());
      }
      requireUntouched(part);
    }
    return residues;
  }

  private int residue(byte[] bytes, int at) {
    int residue = 0;
    for (int i = 0; i < field.wireBytes(); i++) {
      residue |= (bytes[at + i] & 0xff) << (Byte.SIZE * i);
    }
    return residue;
  }

  /** Nothing is written around a part. */
  private void requireUntouched(ResidueBytes.Part part) {
    byte[] bytes = part.array();
    for (int i = 0; i < bytes.length; i++) {
      boolean inside =
          i >= part.offset() && i < part.offset() + part.residues() * field.wireBytes();
      assertThat(inside || bytes[i] == 0).as("byte %d", i).isTrue();
    }
  }
}
