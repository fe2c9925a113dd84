/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import org.lepcnn.core.model.Preprocessing;

/**
 * Where a resized picture lies on the input of a model.
 *
 * @param width of the resized picture
 * @param height of the resized picture
 * @param left column of the input on which its first column lies; negative where it is cut
 * @param top row of the input on which its first row lies; negative where it is cut
 */
record Placement(long width, long height, long left, long top) {
  /** Of the two halves of an odd rest, the smaller is in front. */
  private static final double EVEN = 0.1;

  /**
   * Places a picture.
   *
   * @param width of the picture
   * @param height of the picture
   * @param columns of the input
   * @param rows of the input
   */
  static Placement of(Preprocessing how, int width, int height, int columns, int rows) {
    return switch (how.resize()) {
      case EXACT -> new Placement(columns, rows, 0, 0);
      case SHORTER -> {
        int side = how.shorterSide();
        boolean upright = width <= height;
        long across = upright ? side : Math.max(1, (long) side * width / height);
        long down = upright ? Math.max(1, (long) side * height / width) : side;
        yield new Placement(across, down, middle(across, columns), middle(down, rows));
      }
      case LETTERBOX -> {
        double factor = Math.min((double) columns / width, (double) rows / height);
        long across = Math.max(1, (long) Math.rint(width * factor));
        long down = Math.max(1, (long) Math.rint(height * factor));
        yield new Placement(
            across,
            down,
            (long) Math.rint((columns - across) / 2.0 - EVEN),
            (long) Math.rint((rows - down) / 2.0 - EVEN));
      }
    };
  }

  /** The middle of a side, rounded to the even pixel where it is cut, down where it is padded. */
  private static long middle(long side, int room) {
    return side > room ? -(long) Math.rint((side - room) / 2.0) : (room - side) / 2;
  }
}
