/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

/**
 * What a cheap camera makes of the window: tones, a lit cylinder, uneven light, glare, blur and
 * noise. Levels are 0 (black) to 1 (white) until the picture is taken.
 */
final class Photograph {
  private static final int SIZE = MeterPicture.SIZE;

  private final Dice dice;

  Photograph(Dice dice) {
    this.dice = dice;
  }

  /**
   * Takes the picture.
   *
   * @param ink the coverage by digits
   * @param frame the coverage by the frame, which lies over the digits
   */
  byte[] take(float[] ink, float[] frame) {
    double dark = dice.between(0.02, 0.28);
    double bright = dark + dice.between(0.35, 0.7);
    boolean whiteOnBlack = dice.chance(0.5);
    double paperTone = whiteOnBlack ? dark : bright;
    double inkTone = whiteOnBlack ? bright : dark;
    double frameTone = dice.between(0, 1);
    double[] levels = new double[MeterPicture.PIXELS];
    for (int i = 0; i < levels.length; i++) {
      double wheel = paperTone + (inkTone - paperTone) * ink[i];
      levels[i] = wheel + (frameTone - wheel) * frame[i];
    }
    light(levels);
    if (dice.chance(0.35)) {
      addGlare(levels);
    }
    blur(levels, dice.between(0.25, 0.95));
    return expose(levels);
  }

  /** A plane of light in a random direction, and the wheel's curvature: darker above and below. */
  private void light(double[] levels) {
    double slopeX = dice.between(-0.3, 0.3);
    double slopeY = dice.between(-0.3, 0.3);
    double curvature = dice.chance(0.6) ? dice.between(0, 0.35) : 0;
    for (int y = 0; y < SIZE; y++) {
      double v = (y + 0.5) / SIZE * 2 - 1;
      for (int x = 0; x < SIZE; x++) {
        double u = (x + 0.5) / SIZE * 2 - 1;
        levels[y * SIZE + x] *= (1 + slopeX * u + slopeY * v) * (1 - curvature * v * v);
      }
    }
  }

  /** A soft elliptic spot that hides part of the contrast. */
  private void addGlare(double[] levels) {
    double centreX = dice.between(0, SIZE);
    double centreY = dice.between(0, SIZE);
    double radiusX = dice.between(3, 12);
    double radiusY = dice.between(3, 8);
    double strength = dice.between(0.15, 0.6);
    for (int y = 0; y < SIZE; y++) {
      double v = (y - centreY) / radiusY;
      for (int x = 0; x < SIZE; x++) {
        double u = (x - centreX) / radiusX;
        double glare = strength / (1 + (u * u + v * v) * (u * u + v * v));
        levels[y * SIZE + x] += (1 - levels[y * SIZE + x]) * glare;
      }
    }
  }

  /** A separable blur with a five-tap bell of the given deviation in pixels. */
  private static void blur(double[] levels, double deviation) {
    double[] taps = new double[5];
    double sum = 0;
    for (int i = 0; i < taps.length; i++) {
      double distance = (i - 2) / deviation;
      taps[i] = StrictMath.exp(-0.5 * distance * distance);
      sum += taps[i];
    }
    for (int i = 0; i < taps.length; i++) {
      taps[i] /= sum;
    }
    for (int line = 0; line < SIZE; line++) {
      blurLine(levels, line * SIZE, 1, taps);
    }
    for (int line = 0; line < SIZE; line++) {
      blurLine(levels, line, SIZE, taps);
    }
  }

  private static void blurLine(double[] levels, int start, int step, double[] taps) {
    double[] line = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      for (int tap = 0; tap < taps.length; tap++) {
        int from = Math.min(SIZE - 1, Math.max(0, i + tap - 2));
        line[i] += taps[tap] * levels[start + from * step];
      }
    }
    for (int i = 0; i < SIZE; i++) {
      levels[start + i * step] = line[i];
    }
  }

  /** Adds sensor noise, clips and rounds. */
  private byte[] expose(double[] levels) {
    double gain = dice.between(0.85, 1.15);
    double noise = dice.between(0, 0.06);
    byte[] pixels = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      double level = Math.min(1, Math.max(0, levels[i] * gain + noise * dice.bell()));
      pixels[i] = (byte) (int) (level * 255 + 0.5);
    }
    return pixels;
  }
}
