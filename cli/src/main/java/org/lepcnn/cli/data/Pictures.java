/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.data;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.WholeFile;

/** Turns pictures into planar float tensors: values 0..1, grey or red-green-blue planes. */
public final class Pictures {
  private static final long MAX_PIXELS = 1L << 26;

  private Pictures() {}

  /** Reads a PNG, JPEG, GIF or BMP file. */
  public static BufferedImage read(Path path) {
    BufferedImage picture;
    try {
      picture = decode(path);
    } catch (IOException e) {
      throw new BadInputException(
          "Reading " + path + ": expected a picture; found: " + e.getMessage() + ".", e);
    }
    if (picture == null) {
      throw new BadInputException(
          "Reading " + path + ": expected a PNG, JPEG, GIF or BMP picture; found something else.");
    }
    return picture;
  }

  /**
   * Planes of a picture, each value divided by 255.
   *
   * @param channels 1 (grey, as Rec. 601 weighs colours) or 3 (red, green, blue)
   * @param height of the tensor; a picture of another size is scaled bilinearly
   * @param width of the tensor
   * @return {@code channels · height · width} values in [0, 1]
   */
  public static float[] planes(BufferedImage picture, int channels, int height, int width) {
    if (channels != 1 && channels != 3) {
      throw new BadInputException(
          "Converting a picture: expected a model input of 1 or 3 channels; found "
              + channels
              + ". Use .npy or .pb inputs.");
    }
    if (channels == 1
        && picture.getType() == BufferedImage.TYPE_BYTE_GRAY
        && picture.getWidth() == width
        && picture.getHeight() == height) {
      return greySamples(picture);
    }
    BufferedImage sized = scale(picture, height, width);
    float[] planes = new float[channels * height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = sized.getRGB(x, y);
        int at = y * width + x;
        float red = (rgb >> 16 & 0xff) / 255f;
        float green = (rgb >> 8 & 0xff) / 255f;
        float blue = (rgb & 0xff) / 255f;
        if (channels == 1) {
          planes[at] = 0.299f * red + 0.587f * green + 0.114f * blue;
        } else {
          planes[at] = red;
          planes[at + height * width] = green;
          planes[at + 2 * height * width] = blue;
        }
      }
    }
    return planes;
  }

  /** Grey samples as stored, without a colour conversion. */
  private static float[] greySamples(BufferedImage picture) {
    int[] samples =
        picture
            .getRaster()
            .getSamples(0, 0, picture.getWidth(), picture.getHeight(), 0, (int[]) null);
    float[] values = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      values[i] = samples[i] / 255f;
    }
    return values;
  }

  /** Null for a file that is no picture. */
  private static BufferedImage decode(Path path) throws IOException {
    WholeFile.requireAtMost(path.toString(), path, WholeFile.MAX_DATA_BYTES);
    try (ImageInputStream in = ImageIO.createImageInputStream(path.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        return null;
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        requireSize(path, reader.getWidth(0), reader.getHeight(0));
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    }
  }

  /** A few bytes can promise any number of pixels, and all of them would be allocated. */
  private static void requireSize(Path path, int width, int height) {
    if ((long) width * height > MAX_PIXELS) {
      throw new BadInputException(
          "Reading "
              + path
              + ": expected a picture of at most "
              + MAX_PIXELS
              + " pixels; found "
              + width
              + " x "
              + height
              + ". Make it smaller.");
    }
  }

  private static BufferedImage scale(BufferedImage picture, int height, int width) {
    BufferedImage sized = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sized.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(picture, 0, 0, width, height, null);
    graphics.dispose();
    return sized;
  }
}
