/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Room for residues in parts, each in an array of its own, none at the start of its array. */
public final class SplitBytes {
  private final List<ResidueBytes.Part> parts = new ArrayList<>();
  private final ResidueBytes room;

  public SplitBytes(int residues, int partSize) {
    for (int first = 0; first < residues; first += partSize) {
      int size = Math.min(partSize, residues - first);
      int offset = 1 + parts.size() % 7;
      parts.add(new ResidueBytes.Part(new byte[offset + size * Integer.BYTES + 3], offset, size));
    }
    room = new ResidueBytes(parts);
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
      ByteBuffer bytes = ByteBuffer.wrap(part.array()).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < part.residues(); i++) {
        residues[at++] = bytes.getInt(part.offset() + i * Integer.BYTES);
      }
    }
    return residues;
  }
}
