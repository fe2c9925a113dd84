/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.lepcnn.core.api.PublicApi;

/**
 * Reusable room for residues: bytes, which a cipher can open a table into without a copy, seen as
 * little-endian int32. Not thread-safe.
 */
@PublicApi
public final class ResidueBuffer {
  private final int capacity;
  private final byte[] bytes;
  private final IntBuffer residues;

  /** Room for {@code capacity} residues, all 0. */
  public ResidueBuffer(int capacity) {
    this.capacity = capacity;
    int wholeQuarters = Math.multiplyExact((capacity + 3) / 4, 4);
    bytes = new byte[Math.multiplyExact(wholeQuarters, Integer.BYTES)];
    residues = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  }

  /** How many residues there is room for. */
  public int capacity() {
    return capacity;
  }

  /** The residues, for access by index; its position stays 0. */
  public IntBuffer residues() {
    return residues;
  }

  /** A copy of the first {@code length} residues. */
  public int[] toArray(int length) {
    int[] copy = new int[length];
    residues.get(0, copy);
    return copy;
  }

  /** Overwrites everything. */
  public void erase() {
    Arrays.fill(bytes, (byte) 0);
  }

  /**
   * The bytes of the residues, in their order, up to a multiple of four residues; not a copy. There
   * is room for them packed as well, see {@link org.lepcnn.device.vector.Words24}.
   */
  public byte[] bytes() {
    return bytes;
  }
}
