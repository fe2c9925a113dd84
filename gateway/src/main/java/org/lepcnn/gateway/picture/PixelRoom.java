/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import java.util.concurrent.Semaphore;

/**
 * How many pixels are decoded at the same time: those that fit into a quarter of the heap, and one
 * picture in any case. A few bytes can hold any picture, and many may come together.
 */
final class PixelRoom {
  /** Pixels of a permit. */
  private static final int BLOCK = 1 << 10;

  /** Of a decoder's samples and of ours. */
  private static final int BYTES_A_PIXEL = 8;

  private static final int PERMITS =
      (int)
          Math.min(
              Integer.MAX_VALUE,
              Math.max(
                      PictureFormat.MAX_PIXELS,
                      Runtime.getRuntime().maxMemory() / 4 / BYTES_A_PIXEL)
                  / BLOCK);

  private static final Semaphore ROOM = new Semaphore(PERMITS, true);

  private PixelRoom() {}

  /**
   * Waits for room.
   *
   * @return what to give back
   */
  static int take(long pixels) {
    int permits = (int) Math.min(PERMITS, pixels / BLOCK + 1);
    ROOM.acquireUninterruptibly(permits);
    return permits;
  }

  static void giveBack(int permits) {
    ROOM.release(permits);
  }
}
