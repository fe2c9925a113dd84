/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

import java.awt.BasicStroke;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;

/** The typefaces of the digits. Each is a skeleton, a pen and a slant; none is a font file. */
public enum Typeface {
  /** Wheels with even, rounded strokes. */
  ROUNDED(Skeleton.CURVED, 14, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1.0, 0.0),
  /** Narrow wheels. */
  CONDENSED(Skeleton.CURVED, 14, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 0.66, 0.0),
  /** Heavy digits with slab serifs. */
  HEAVY_SLAB(Skeleton.SLAB, 20, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1.08, 0.0),
  /** Slanted digits. */
  ITALIC(Skeleton.DRAFTED, 12, BasicStroke.CAP_SQUARE, BasicStroke.JOIN_ROUND, 0.88, -0.22),
  /** Thin engraved digits. */
  THIN(Skeleton.DRAFTED, 7, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 0.95, 0.0),
  /** Stamped digits with cut corners. */
  STAMPED(Skeleton.OCTAGONAL, 14, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0.9, 0.0),
  /** Electronic digits of seven bars. */
  SEVEN_SEGMENT(null, 0, 0, 0, 0.88, -0.08);

  /** Corners whose tip would be longer than this many pen widths are cut off. */
  private static final float MITER_LIMIT = 3;

  private final Skeleton skeleton;
  private final float penWidth;
  private final int penCap;
  private final int penJoin;
  private final double widthFactor;
  private final double slant;

  Typeface(
      Skeleton skeleton,
      float penWidth,
      int penCap,
      int penJoin,
      double widthFactor,
      double slant) {
    this.skeleton = skeleton;
    this.penWidth = penWidth;
    this.penCap = penCap;
    this.penJoin = penJoin;
    this.widthFactor = widthFactor;
    this.slant = slant;
  }

  /**
   * The filled outline of a digit, centred on the origin, 100 units high between the centre lines
   * of its topmost and lowest strokes, y downwards.
   *
   * @param digit 0 to 9
   * @param penFactor how much thicker than usual the pen is; bars of {@link #SEVEN_SEGMENT} ignore
   *     it
   */
  public Shape outline(int digit, double penFactor) {
    if (digit < 0 || digit > 9) {
      throw new IllegalArgumentException("Drawing a digit: expected 0 to 9, found " + digit);
    }
    AffineTransform placing = new AffineTransform(widthFactor, 0, slant, 1, 0, 0);
    placing.translate(-30, -50);
    if (skeleton == null) {
      return placing.createTransformedShape(SevenSegments.outline(digit));
    }
    Path2D centreLine = skeleton.path(digit);
    centreLine.transform(placing);
    return new BasicStroke((float) (penWidth * penFactor), penCap, penJoin, MITER_LIMIT)
        .createStrokedShape(centreLine);
  }
}
