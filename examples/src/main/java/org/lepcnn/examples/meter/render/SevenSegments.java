/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

import java.awt.geom.Path2D;

/** Digits of an electronic meter: seven separate bars, in the box of {@link Skeleton}. */
final class SevenSegments {
  /** Half the thickness of a bar. */
  private static final double HALF = 7;

  /** What is left free between the ends of two bars. */
  private static final double GAP = 2;

  /** The ends of the bars a to g: top, upper right, lower right, bottom, lower left, … middle. */
  private static final double[][] BARS = {
    {0, 0, 60, 0},
    {60, 0, 60, 50},
    {60, 50, 60, 100},
    {0, 100, 60, 100},
    {0, 50, 0, 100},
    {0, 0, 0, 50},
    {0, 50, 60, 50}
  };

  /** Which bars are lit, by digit; bit 0 is bar a. */
  private static final int[] LIT = {0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F};

  private SevenSegments() {}

  static Path2D outline(int digit) {
    Path2D outline = new Path2D.Double();
    for (int bar = 0; bar < BARS.length; bar++) {
      if ((LIT[digit] >>> bar & 1) != 0) {
        addBar(outline, BARS[bar]);
      }
    }
    return outline;
  }

  /** A bar is a hexagon with its two points on the line from one end to the other. */
  private static void addBar(Path2D outline, double[] ends) {
    double alongX = Math.signum(ends[2] - ends[0]);
    double alongY = Math.signum(ends[3] - ends[1]);
    double startX = ends[0] + alongX * GAP;
    double startY = ends[1] + alongY * GAP;
    double endX = ends[2] - alongX * GAP;
    double endY = ends[3] - alongY * GAP;
    outline.moveTo(startX, startY);
    outline.lineTo(startX + HALF * (alongX - alongY), startY + HALF * (alongY + alongX));
    outline.lineTo(endX - HALF * (alongX + alongY), endY - HALF * (alongY - alongX));
    outline.lineTo(endX, endY);
    outline.lineTo(endX - HALF * (alongX - alongY), endY - HALF * (alongY + alongX));
    outline.lineTo(startX + HALF * (alongX + alongY), startY + HALF * (alongY - alongX));
    outline.closePath();
  }
}
