/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.text.Printable;

/**
 * Reads pictures as red-green-blue samples.
 *
 * <p>Samples are those that are stored: transparency is dropped, grey stays as it is, 16-bit
 * samples keep their upper eight bits. Inks (CMYK) become colours. A picture is turned upright as
 * its EXIF orientation says. A file of which a part is missing or damaged is refused, since the
 * rest of it would be invented.
 */
public final class Pictures {
  private static final long MAX_FILE_BYTES = 1L << 28;

  private Pictures() {}

  /**
   * Reads a PNG, JPEG, WebP, GIF (its first picture) or BMP file.
   *
   * @return an upright picture of type {@link BufferedImage#TYPE_INT_RGB}
   * @throws BadInputException it is none of these, damaged, incomplete or too large
   */
  public static BufferedImage read(Path path) {
    try {
      return decode(path.toString(), WholeFile.read(path.toString(), path, MAX_FILE_BYTES));
    } catch (IOException e) {
      throw damaged(path.toString(), e);
    }
  }

  /**
   * As {@link #read}, of the bytes of such a file.
   *
   * @param what names the picture in errors
   */
  public static BufferedImage decode(String what, byte[] file) {
    try {
      return upright(PictureFormat.decode(what, file), Orientation.of(file));
    } catch (BadInputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // decoders answer damage with unchecked exceptions of many kinds
      throw damaged(what, e);
    } catch (OutOfMemoryError e) {
      throw EnvironmentException.about("Reading " + what)
          .expected("memory for its pixels")
          .found(e, "Give the process more.");
    }
  }

  private static BadInputException damaged(String what, Exception e) {
    return BadInputException.about("Reading " + what)
        .expected("a whole picture")
        .because(e)
        .found(Printable.reason(e));
  }

  private static BufferedImage upright(BufferedImage picture, int orientation) {
    if (orientation == Orientation.UPRIGHT) {
      return picture;
    }
    int width = picture.getWidth();
    int height = picture.getHeight();
    boolean turned = orientation >= 5;
    BufferedImage result =
        new BufferedImage(
            turned ? height : width, turned ? width : height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = result.createGraphics();
    graphics.drawImage(picture, toUpright(orientation, width, height), null);
    graphics.dispose();
    return result;
  }

  /** From stored to upright coordinates, for the orientations 2 to 8 of EXIF. */
  private static AffineTransform toUpright(int orientation, int width, int height) {
    return switch (orientation) {
      case 2 -> new AffineTransform(-1, 0, 0, 1, width, 0);
      case 3 -> new AffineTransform(-1, 0, 0, -1, width, height);
      case 4 -> new AffineTransform(1, 0, 0, -1, 0, height);
      case 5 -> new AffineTransform(0, 1, 1, 0, 0, 0);
      case 6 -> new AffineTransform(0, 1, -1, 0, height, 0);
      case 7 -> new AffineTransform(0, -1, -1, 0, height, width);
      default -> new AffineTransform(0, -1, 1, 0, 0, width);
    };
  }
}
