/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/**
 * The samples of a decoded picture as they are stored, in eight bits. Java's own conversions
 * premultiply, take grey for linear light, and are slow.
 */
final class Samples8 {
  private static final int BITS = 8;

  private Samples8() {}

  /** A picture of type {@link BufferedImage#TYPE_INT_RGB} with the same samples. */
  static BufferedImage of(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    BufferedImage rgb = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] pixels = ((DataBufferInt) rgb.getRaster().getDataBuffer()).getData();
    ColorModel colours = picture.getColorModel();
    boolean components = colours instanceof ComponentColorModel;
    int kind = colours.getColorSpace().getType();
    if (kind == ColorSpace.TYPE_GRAY) {
      bands(picture, pixels, 0, 0, 0);
    } else if (components && kind == ColorSpace.TYPE_RGB && !bytes(picture, pixels)) {
      bands(picture, pixels, 0, 1, 2);
    } else if (!components || kind != ColorSpace.TYPE_RGB) {
      picture.getRGB(0, 0, width, height, pixels, 0, width);
    }
    return rgb;
  }

  /** The usual form: bytes, a pixel's beside each other. */
  private static boolean bytes(BufferedImage picture, int[] pixels) {
    Raster raster = picture.getRaster();
    if (!(raster.getDataBuffer() instanceof DataBufferByte data)
        || !(raster.getSampleModel() instanceof PixelInterleavedSampleModel model)
        || raster.getSampleModelTranslateX() != 0
        || raster.getSampleModelTranslateY() != 0
        || data.getNumBanks() != 1
        || data.getOffset() != 0) {
      return false;
    }
    byte[] bytes = data.getData();
    int[] offsets = model.getBandOffsets();
    int step = model.getPixelStride();
    int width = picture.getWidth();
    for (int y = 0; y < picture.getHeight(); y++) {
      int at = y * model.getScanlineStride();
      for (int x = 0; x < width; x++) {
        pixels[y * width + x] =
            (bytes[at + offsets[0]] & 0xff) << 16
                | (bytes[at + offsets[1]] & 0xff) << 8
                | (bytes[at + offsets[2]] & 0xff);
        at += step;
      }
    }
    return true;
  }

  /** Any other form, by the numbers of three bands. */
  private static void bands(BufferedImage picture, int[] pixels, int red, int green, int blue) {
    Raster raster = picture.getRaster();
    int width = picture.getWidth();
    int bits = picture.getColorModel().getComponentSize(0);
    int lost = Math.max(0, bits - BITS);
    int most = (1 << Math.min(bits, BITS)) - 1;
    int[] row = new int[width * raster.getNumBands()];
    for (int y = 0; y < picture.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int at = x * raster.getNumBands();
        pixels[y * width + x] =
            ((row[at + red] >> lost) * 0xff / most) << 16
                | ((row[at + green] >> lost) * 0xff / most) << 8
                | (row[at + blue] >> lost) * 0xff / most;
      }
    }
  }
}
