/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.util.ArrayDeque;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.mask.MaskGenerator;

/**
 * The buffers and ciphers that one pass works with. What is in them follows from the pass's key or
 * data and is overwritten when they are given back.
 */
final class PassWorkspace {
  private final TileArithmetic tiles = new TileArithmetic();
  private final PackedResidues.Pool rooms = new PackedResidues.Pool();
  private final MaskGenerator masks;

  private PassWorkspace(PassKey key) {
    masks = new MaskGenerator(key);
  }

  TileArithmetic tiles() {
    return tiles;
  }

  MaskGenerator masks() {
    return masks;
  }

  /** Room for unblinding factors. */
  PackedResidues.Pool rooms() {
    return rooms;
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
      workspace.rooms.erase();
      synchronized (free) {
        free.push(workspace);
      }
    }
  }
}
