/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

/**
 * One picture of a digit window and what it shows.
 *
 * <p>The pixels are gray levels, one unsigned byte each, rows from top to bottom.
 */
public final class MeterPicture {
  /** Width and height in pixels. */
  public static final int SIZE = 32;

  /** Number of pixels. */
  public static final int PIXELS = SIZE * SIZE;

  private final int label;
  private final Typeface typeface;
  private final byte[] pixels;

  MeterPicture(int label, Typeface typeface, byte[] pixels) {
    if (pixels.length != PIXELS) {
      throw new IllegalArgumentException(
          "A picture: expected " + PIXELS + " pixels, found " + pixels.length);
    }
    this.label = label;
    this.typeface = typeface;
    this.pixels = pixels.clone();
  }

  /** The digit that covers most of the window. */
  public int label() {
    return label;
  }

  /** What the digit is set in. */
  public Typeface typeface() {
    return typeface;
  }

  /** A copy of the pixels. */
  public byte[] pixels() {
    return pixels.clone();
  }

  /** Writes the pixels, divided by 255, into a model's input. */
  public void copyTo(float[] input, int offset) {
    for (int i = 0; i < PIXELS; i++) {
      input[offset + i] = (pixels[i] & 0xFF) / 255f;
    }
  }
}
