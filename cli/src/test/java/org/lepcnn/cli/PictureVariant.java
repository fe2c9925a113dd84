/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import org.lepcnn.cli.AcceptanceData.Picture;

/**
 * Changes to labelled pictures that leave their labels and give inputs on which no rounding was
 * ever chosen. They are no new pictures: what a network makes of one and of its variant is related.
 */
enum PictureVariant {
  /** Left and right exchanged. */
  MIRRORED {
    @Override
    int at(Picture picture, int y, int x, int channel) {
      return picture.at(y, picture.width() - 1 - x, channel);
    }
  },
  /** A row down and two columns to the right, the edges repeated. */
  SHIFTED {
    @Override
    int at(Picture picture, int y, int x, int channel) {
      return picture.at(Math.max(0, y - 1), Math.max(0, x - 2), channel);
    }
  },
  /** Nine tenths of every value. */
  DARKER {
    @Override
    int at(Picture picture, int y, int x, int channel) {
      return (int) Math.round(0.9 * picture.at(y, x, channel));
    }
  },
  /** Eleven tenths of every value, at most 255. */
  BRIGHTER {
    @Override
    int at(Picture picture, int y, int x, int channel) {
      return (int) Math.min(255, Math.round(1.1 * picture.at(y, x, channel)));
    }
  };

  /** A value of the changed picture. */
  abstract int at(Picture picture, int y, int x, int channel);

  /** The changed picture, with the same label. */
  Picture of(Picture picture) {
    int[] pixels = new int[picture.pixels().length];
    for (int i = 0; i < pixels.length; i++) {
      int position = i / picture.channels();
      int y = position / picture.width();
      int x = position % picture.width();
      pixels[i] = at(picture, y, x, i % picture.channels());
    }
    return new Picture(
        pixels, picture.height(), picture.width(), picture.channels(), picture.label());
  }
}
