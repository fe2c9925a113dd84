/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import java.awt.image.BufferedImage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.lepcnn.examples.meter.render.MeterPicture;
import org.lepcnn.examples.meter.render.PictureRenderer;

/**
 * A folder of pictures: {@code 00.png}, {@code 01.png}, … (8-bit gray, 32 by 32) and {@code
 * labels.csv} with the header {@code file,label} and one line per picture.
 */
final class PictureFolder {
  private PictureFolder() {}

  /** Draws the first pictures of a seed and writes them, over files of these names. */
  static void write(Path folder, PictureRenderer renderer, int count) throws IOException {
    Files.createDirectories(folder);
    int digits = Math.max(2, Integer.toString(count - 1).length());
    Path labels = folder.resolve("labels.csv");
    try (BufferedWriter writer = Files.newBufferedWriter(labels, StandardCharsets.UTF_8)) {
      writer.write("file,label\n");
      for (int i = 0; i < count; i++) {
        MeterPicture picture = renderer.picture(i);
        String name = String.format(Locale.ROOT, "%0" + digits + "d.png", i);
        writePng(folder.resolve(name), picture);
        writer.write(name + "," + picture.label() + "\n");
      }
    }
  }

  private static void writePng(Path file, MeterPicture picture) throws IOException {
    int size = MeterPicture.SIZE;
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, size, size, picture.pixels());
    if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("Writing " + file + ": this JDK has no PNG writer");
    }
  }
}
