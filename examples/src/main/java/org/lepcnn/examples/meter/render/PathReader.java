/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

import java.awt.geom.Path2D;
import java.util.StringTokenizer;

/**
 * Reads the path notation of {@link Skeleton}: {@code M x y} moves, {@code L x y} draws a line,
 * {@code C x1 y1 x2 y2 x y} a cubic curve, {@code Z} closes; tokens are separated by blanks and
 * coordinates are absolute.
 */
final class PathReader {
  private PathReader() {}

  static Path2D read(String notation) {
    Path2D path = new Path2D.Double();
    StringTokenizer tokens = new StringTokenizer(notation, " ");
    while (tokens.hasMoreTokens()) {
      String command = tokens.nextToken();
      switch (command) {
        case "M" -> path.moveTo(number(tokens), number(tokens));
        case "L" -> path.lineTo(number(tokens), number(tokens));
        case "C" ->
            path.curveTo(
                number(tokens),
                number(tokens),
                number(tokens),
                number(tokens),
                number(tokens),
                number(tokens));
        case "Z" -> path.closePath();
        default ->
            throw new IllegalArgumentException(
                "Path notation: expected M, L, C or Z, found '" + command + "' in: " + notation);
      }
    }
    return path;
  }

  private static double number(StringTokenizer tokens) {
    return Double.parseDouble(tokens.nextToken());
  }
}
