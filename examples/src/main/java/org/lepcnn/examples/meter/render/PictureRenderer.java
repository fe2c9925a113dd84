/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;

/**
 * Draws the pictures of a seeded set.
 *
 * <p>In every ten neighbouring pictures each digit occurs once, in every seventy each digit in each
 * {@link Typeface}. Everything else is drawn by lot: position, size, rotation and shear; the pen;
 * whether the wheel stands between two digits; the frame of the window; black on white or white on
 * black; light, blur and noise.
 *
 * <p>A wheel that stands between two digits is turned by at most {@link #MAX_ROLL} of the way to
 * the next one, and not so far that the centre lines of the digit's strokes leave the window: the
 * digit that covers most of the window, which is the label, is never in doubt.
 */
public final class PictureRenderer {
  /** The largest part of a digit's way that a wheel is turned. */
  static final double MAX_ROLL = 0.36;

  /** How many pixels the frame reaches into the picture at most. */
  private static final double FRAME_REACH = 1.5;

  /** Height of a digit in the units of {@link Typeface}. */
  private static final double UNITS = 100;

  private static final Typeface[] TYPEFACES = Typeface.values();

  private final long seed;

  /** A set of pictures; sets of different seeds have nothing in common. */
  public PictureRenderer(long seed) {
    this.seed = seed;
  }

  /**
   * Draws one picture.
   *
   * @param index its place in the set, 0 or more
   */
  public MeterPicture picture(int index) {
    if (index < 0) {
      throw new IllegalArgumentException("Drawing a picture: index " + index + " is negative");
    }
    int label = index % 10;
    Typeface typeface = TYPEFACES[(index / 10 + label) % TYPEFACES.length];
    Dice dice = Dice.of(seed, index);
    float[] ink = ink(label, typeface, dice);
    float[] frame = frame(dice);
    return new MeterPicture(label, typeface, new Photograph(dice).take(ink, frame));
  }

  /** The coverage of the window by the digit and its neighbours on the wheel. */
  private static float[] ink(int label, Typeface typeface, Dice dice) {
    double height = dice.between(16, 24);
    double penFactor = dice.between(0.85, 1.2);
    AffineTransform view = view(height, dice);
    Mask mask = new Mask();
    if (typeface == Typeface.SEVEN_SEGMENT) {
      mask.fill(view.createTransformedShape(typeface.outline(label, penFactor)));
      return mask.coverage();
    }
    double pitch = height * dice.between(1.28, 1.5);
    double roll = roll(height, pitch, dice);
    int digitBelow = dice.chance(0.8) ? 1 : 9;
    for (int place = -1; place <= 1; place++) {
      int digit = (label + 10 + place * digitBelow) % 10;
      AffineTransform placed = new AffineTransform(view);
      placed.translate(0, (place * pitch + roll) * UNITS / height);
      mask.fill(placed.createTransformedShape(typeface.outline(digit, penFactor)));
    }
    return mask.coverage();
  }

  /** How many pixels the wheel is from rest: mostly none or a few. */
  private static double roll(double height, double pitch, Dice dice) {
    double withinWindow = (MeterPicture.SIZE - height) / 2 - FRAME_REACH;
    double furthest = Math.min(pitch * MAX_ROLL, withinWindow);
    double side = dice.chance(0.5) ? 1 : -1;
    return side * furthest * (dice.chance(0.35) ? dice.between(0.4, 1) : dice.between(0, 0.2));
  }

  /** From the units of a typeface to the pixels of the window. */
  private static AffineTransform view(double height, Dice dice) {
    double width = height * dice.between(0.85, 1.12);
    double turn = dice.between(-0.16, 0.16);
    double centre = MeterPicture.SIZE / 2.0;
    AffineTransform view = new AffineTransform();
    view.translate(centre + dice.between(-3, 3), centre + dice.between(-1, 1));
    double sine = StrictMath.sin(turn);
    double cosine = StrictMath.cos(turn);
    view.concatenate(new AffineTransform(cosine, sine, -sine, cosine, 0, 0));
    view.shear(dice.between(-0.12, 0.12), 0);
    view.scale(width / UNITS, height / UNITS);
    return view;
  }

  /** The coverage of the picture by the window's frame: everything outside a rounded opening. */
  private static float[] frame(Dice dice) {
    Mask mask = new Mask();
    if (dice.chance(0.6)) {
      double size = MeterPicture.SIZE;
      double left = edge(dice);
      double top = edge(dice);
      double right = size - edge(dice);
      double bottom = size - edge(dice);
      double corner = dice.between(0, 8);
      Area outside = new Area(new Rectangle2D.Double(-1, -1, size + 2, size + 2));
      outside.subtract(
          new Area(
              new RoundRectangle2D.Double(left, top, right - left, bottom - top, corner, corner)));
      mask.fill(outside);
    }
    return mask.coverage();
  }

  /** How far the frame reaches into the picture at one side; below zero it is out of sight. */
  private static double edge(Dice dice) {
    return dice.between(-2.5, FRAME_REACH);
  }
}
