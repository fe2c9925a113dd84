/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;

/**
 * How much of each pixel of the window a set of shapes covers, from 0 to 1.
 *
 * <p>Shapes are drawn {@value #FINENESS} times as large, smoothed, and averaged down.
 */
final class Mask {
  private static final int FINENESS = 4;
  private static final int FINE_SIZE = MeterPicture.SIZE * FINENESS;

  private final BufferedImage fine =
      new BufferedImage(FINE_SIZE, FINE_SIZE, BufferedImage.TYPE_BYTE_GRAY);
  private final Graphics2D graphics = fine.createGraphics();

  Mask() {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setColor(Color.WHITE);
    graphics.scale(FINENESS, FINENESS);
  }

  /** Adds a shape, in pixels of the window. */
  void fill(Shape shape) {
    graphics.fill(shape);
  }

  /** The coverage, rows from top to bottom; the mask takes no more shapes. */
  float[] coverage() {
    graphics.dispose();
    byte[] levels = ((DataBufferByte) fine.getRaster().getDataBuffer()).getData();
    float[] coverage = new float[MeterPicture.PIXELS];
    for (int y = 0; y < FINE_SIZE; y++) {
      for (int x = 0; x < FINE_SIZE; x++) {
        int pixel = y / FINENESS * MeterPicture.SIZE + x / FINENESS;
        coverage[pixel] += levels[y * FINE_SIZE + x] & 0xFF;
      }
    }
    for (int i = 0; i < coverage.length; i++) {
      coverage[i] /= 255 * FINENESS * FINENESS;
    }
    return coverage;
  }
}
