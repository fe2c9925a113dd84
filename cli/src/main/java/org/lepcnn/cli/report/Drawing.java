/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.gateway.picture.Pictures;

/**
 * Pictures inside a page. Files are decoded and drawn anew, so that nothing of a file but its
 * pixels gets into it.
 */
final class Drawing {
  /** Height of a histogram's drawing; an interval is one wide. */
  static final int HISTOGRAM_HEIGHT = 16;

  /** Pictures are drawn at most that large. */
  private static final int SIDE = 256;

  private static final int GREYS = 256;

  private Drawing() {}

  /** A picture's file as a data URI; empty when it is none. */
  static String picture(Path file) {
    if (file == null) {
      return "";
    }
    try {
      return uri(shrunk(Pictures.read(file)));
    } catch (BadInputException e) {
      return "";
    }
  }

  /** A plane of residues as a data URI, from black for 0 to white for p − 1. */
  static String residues(PassTrace.EdgeView view) {
    int rows = view.plane().length / view.width();
    BufferedImage image = new BufferedImage(view.width(), rows, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < view.plane().length; i++) {
      long grey = (long) view.plane()[i] * GREYS / view.modulus();
      image.getRaster().setSample(i % view.width(), i / view.width(), 0, (int) grey);
    }
    return uri(image);
  }

  /** The outline of a histogram as the path of an SVG. */
  static String outline(Histogram histogram) {
    StringBuilder path = new StringBuilder("M0 " + HISTOGRAM_HEIGHT);
    double most = Math.max(1, histogram.most());
    int[] counts = histogram.counts();
    for (int i = 0; i < counts.length; i++) {
      double top = HISTOGRAM_HEIGHT * (1 - counts[i] / most);
      path.append(String.format(Locale.ROOT, "V%.2fH%d", top, i + 1));
    }
    return path.append("V" + HISTOGRAM_HEIGHT + "Z").toString();
  }

  private static BufferedImage shrunk(BufferedImage picture) {
    double factor = Math.min(1, (double) SIDE / Math.max(picture.getWidth(), picture.getHeight()));
    int width = Math.max(1, (int) (factor * picture.getWidth()));
    int height = Math.max(1, (int) (factor * picture.getHeight()));
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = small.createGraphics();
    graphics.drawImage(picture, 0, 0, width, height, null);
    graphics.dispose();
    return small;
  }

  private static String uri(BufferedImage image) {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", out);
      return "data:image/png;base64," + Base64.getEncoder().encodeToString(out.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("Drawing to memory", e);
    }
  }
}
