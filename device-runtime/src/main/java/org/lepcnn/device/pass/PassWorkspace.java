/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.lang.invoke.MethodHandles;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.device.arithmetic.TileArithmetic;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.supply.ResidueBuffer;

/**
 * The buffers and ciphers that one pass works with. What is in them follows from the pass's key or
 * data and is overwritten when they are given back.
 */
final class PassWorkspace {
  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  private final TileArithmetic tiles = TileArithmetic.best();
  private final List<ResidueBuffer> buffers = new ArrayList<>();
  private final MaskGenerator masks;

  private PassWorkspace(PassKey key) {
    masks = new MaskGenerator(key, ACCESS);
  }

  TileArithmetic tiles() {
    return tiles;
  }

  MaskGenerator masks() {
    return masks;
  }

  /**
   * Room for unblinding factors, the smallest that is large enough: the rounds of a pass share what
   * lies in the cache already. What a round leaves is overwritten by the next or at the pass's end.
   */
  ResidueBuffer takeBuffer(int length) {
    int best = -1;
    for (int i = 0; i < buffers.size(); i++) {
      int size = buffers.get(i).capacity();
      if (size >= length && (best < 0 || size < buffers.get(best).capacity())) {
        best = i;
      }
    }
    return best < 0 ? new ResidueBuffer(length) : buffers.remove(best);
  }

  /** Takes a buffer back. */
  void giveBuffer(ResidueBuffer buffer) {
    buffers.add(buffer);
  }

  /** Reusable workspaces: as many as passes were ever in flight. Thread-safe. */
  static final class Pool {
    private final ArrayDeque<PassWorkspace> free = new ArrayDeque<>();

    /** A workspace for the pass of that key, which stays the caller's. */
    PassWorkspace take(PassKey key) {
      PassWorkspace workspace;
      synchronized (free) {
        workspace = free.poll();
      }
      if (workspace == null) {
        return new PassWorkspace(key);
      }
      workspace.masks.rekey(key);
      return workspace;
    }

    /** Takes a workspace back and erases it; the caller must not use it any more. */
    void give(PassWorkspace workspace) {
      workspace.masks.close();
      workspace.tiles.erase();
      workspace.buffers.forEach(ResidueBuffer::erase);
      synchronized (free) {
        free.push(workspace);
      }
    }
  }
}
