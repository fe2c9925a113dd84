/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;

/**
 * The centre lines of the ten digits, in a box 60 wide and 100 high with y downwards.
 *
 * <p>A nine is a six turned upside down.
 */
enum Skeleton {
  /** Round bowls, a closed four, a seven with a curved stem. */
  CURVED(
      "M 30 0 C 52 0 60 22 60 50 C 60 78 52 100 30 100 C 8 100 0 78 0 50 C 0 22 8 0 30 0 Z",
      "M 10 22 L 34 0 L 34 100",
      "M 2 28 C 2 10 14 0 30 0 C 48 0 58 11 58 27 C 58 42 48 52 36 63 L 2 100 L 60 100",
      "M 3 22 C 6 8 16 0 30 0 C 46 0 56 10 56 25 C 56 39 46 47 32 47 L 24 47"
          + " M 32 47 C 50 47 60 57 60 73 C 60 90 48 100 30 100 C 14 100 3 92 0 77",
      "M 46 100 L 46 0 L 0 70 L 62 70",
      "M 54 0 L 10 0 L 5 46 C 12 39 20 36 30 36 C 48 36 60 49 60 68 C 60 87 47 100 29 100"
          + " C 14 100 4 92 0 79",
      "M 54 14 C 49 5 41 0 32 0 C 11 0 0 22 0 56 C 0 84 11 100 30 100 C 48 100 60 87 60 68"
          + " C 60 49 48 37 31 37 C 15 37 3 48 0 62",
      "M 0 0 L 60 0 C 40 30 26 62 22 100",
      "M 30 46 C 14 46 5 37 5 23 C 5 9 15 0 30 0 C 45 0 55 9 55 23 C 55 37 46 46 30 46"
          + " C 11 46 0 57 0 73 C 0 90 12 100 30 100 C 48 100 60 90 60 73 C 60 57 49 46 30 46 Z"),

  /** A draughtsman's hand: an open four, a flat-topped three, a barred seven, straight tails. */
  DRAFTED(
      "M 30 0 C 50 0 60 10 60 30 L 60 70 C 60 90 50 100 30 100 C 10 100 0 90 0 70 L 0 30"
          + " C 0 10 10 0 30 0 Z",
      "M 18 14 L 32 0 L 32 100",
      "M 2 25 C 4 8 16 0 30 0 C 47 0 58 10 58 26 C 58 58 4 66 2 100 L 58 100",
      "M 4 0 L 56 0 L 28 40 C 48 40 60 52 60 70 C 60 89 47 100 29 100 C 14 100 4 93 0 80",
      "M 20 0 L 2 62 L 62 62 M 44 30 L 44 100",
      "M 52 0 L 8 0 L 8 44 L 32 44 C 50 44 60 54 60 71 C 60 90 48 100 30 100"
          + " C 16 100 6 94 0 84",
      "M 44 0 C 20 20 0 44 0 68 C 0 88 12 100 30 100 C 48 100 60 88 60 69 C 60 51 48 40 31 40"
          + " C 17 40 6 47 2 58",
      "M 0 0 L 60 0 L 20 100 M 14 52 L 54 52",
      "M 30 48 C 13 48 6 37 6 24 C 6 10 15 0 30 0 C 45 0 54 10 54 24 C 54 37 47 48 30 48 Z"
          + " M 30 48 C 47 48 60 58 60 74 C 60 90 48 100 30 100 C 12 100 0 90 0 74"
          + " C 0 58 13 48 30 48 Z"),

  /** Straight lines with cut corners, as stamped into sheet metal. */
  OCTAGONAL(
      "M 14 0 L 46 0 L 60 14 L 60 86 L 46 100 L 14 100 L 0 86 L 0 14 Z",
      "M 14 16 L 32 0 L 32 100",
      "M 0 22 L 0 14 L 14 0 L 46 0 L 60 14 L 60 40 L 2 100 L 60 100",
      "M 0 18 L 0 14 L 14 0 L 46 0 L 58 12 L 58 36 L 46 48 L 24 48"
          + " M 46 48 L 60 62 L 60 86 L 46 100 L 14 100 L 0 86 L 0 80",
      "M 46 100 L 46 0 L 0 60 L 0 70 L 62 70",
      "M 56 0 L 2 0 L 2 44 L 46 44 L 60 58 L 60 86 L 46 100 L 14 100 L 0 86 L 0 80",
      "M 58 18 L 58 14 L 44 0 L 14 0 L 0 14 L 0 86 L 14 100 L 46 100 L 60 86 L 60 58 L 46 44"
          + " L 0 44",
      "M 0 0 L 60 0 L 60 12 L 26 60 L 26 100",
      "M 14 0 L 46 0 L 58 12 L 58 36 L 46 48 L 14 48 L 2 36 L 2 12 Z"
          + " M 14 48 L 46 48 L 60 62 L 60 86 L 46 100 L 14 100 L 0 86 L 0 62 Z"),

  /** Slab serifs on the open ends. */
  SLAB(
      CURVED.strokes[0],
      "M 12 18 L 32 2 L 32 100 M 8 100 L 56 100",
      "M 2 28 C 2 10 14 0 30 0 C 48 0 58 11 58 27 C 58 42 48 52 36 63 L 2 100 L 58 100 L 58 82",
      "M 2 24 L 2 14 C 8 4 18 0 30 0 C 46 0 56 10 56 25 C 56 39 46 47 32 47 L 22 47"
          + " M 32 47 C 50 47 60 57 60 73 C 60 90 48 100 30 100 C 14 100 6 94 2 86 L 2 74",
      "M 44 100 L 44 2 L 0 70 L 62 70 M 28 100 L 60 100",
      "M 54 14 L 54 0 L 10 0 L 5 46 C 12 39 20 36 30 36 C 48 36 60 49 60 68 C 60 87 47 100 29 100"
          + " C 14 100 6 94 2 86 L 2 76",
      CURVED.strokes[6],
      "M 2 18 L 2 0 L 58 0 C 40 30 30 62 26 100",
      CURVED.strokes[8]);

  private final String[] strokes;

  /** The notations of zero to eight. */
  Skeleton(String... strokes) {
    this.strokes = strokes;
  }

  /** The centre lines of a digit. */
  Path2D path(int digit) {
    Path2D path = PathReader.read(strokes[digit == 9 ? 6 : digit]);
    if (digit == 9) {
      path.transform(new AffineTransform(-1, 0, 0, -1, 60, 100));
    }
    return path;
  }
}
