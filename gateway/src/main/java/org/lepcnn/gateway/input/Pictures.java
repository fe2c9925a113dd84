/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.jpeg.JpegProcessingException;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.color.ColorSpace;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.text.Printable;

/**
 * Reads pictures as red-green-blue samples.
 *
 * <p>Samples are those that are stored: transparency is dropped, grey stays as it is, 16-bit
 * samples keep their upper eight bits. A JPEG is turned upright as its EXIF orientation says. A
 * file of which a part is missing or damaged is refused, since the rest of it would be invented.
 */
public final class Pictures {
  private static final long MAX_FILE_BYTES = 1L << 28;
  private static final long MAX_PIXELS = 1L << 26;
  private static final Set<String> FORMATS = Set.of("png", "jpeg", "gif", "bmp");
  private static final int BYTE_BITS = 8;
  private static final int UPRIGHT = 1;

  private Pictures() {}

  /**
   * Reads a PNG, JPEG, GIF (its first picture) or BMP file.
   *
   * @return an upright picture of type {@link BufferedImage#TYPE_INT_RGB}
   * @throws BadInputException it is none of these, damaged, incomplete or too large
   */
  public static BufferedImage read(Path path) {
    try {
      return parse(path, WholeFile.read(path.toString(), path, MAX_FILE_BYTES));
    } catch (IOException e) {
      throw damaged(path, e);
    }
  }

  /**
   * As {@link #read}, of what such a file holds.
   *
   * @param path for errors
   */
  static BufferedImage parse(Path path, byte[] file) {
    try {
      return upright(stored(decode(path, file)), orientation(file));
    } catch (BadInputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // decoders answer damage with unchecked exceptions of many kinds
      throw damaged(path, e);
    } catch (OutOfMemoryError e) {
      throw EnvironmentException.about("Reading " + path)
          .expected("memory for its pixels")
          .found(e, "Give the process more.");
    }
  }

  private static BadInputException damaged(Path path, Exception e) {
    return BadInputException.about("Reading " + path)
        .expected("a whole picture")
        .because(e)
        .found(Printable.reason(e));
  }

  /**
   * Planes of samples.
   *
   * @param channels 1 (grey, as Rec. 601 weighs colours) or 3 (red, green, blue)
   * @param height of the planes; a picture of another size is scaled bilinearly
   * @param width of the planes
   * @return {@code channels · height · width} samples from 0 to 255
   */
  static byte[] samples(BufferedImage picture, int channels, int height, int width) {
    BufferedImage sized = scale(picture, height, width);
    int plane = height * width;
    byte[] samples = new byte[channels * plane];
    for (int i = 0; i < plane; i++) {
      int rgb = sized.getRGB(i % width, i / width);
      if (channels == 1) {
        samples[i] = (byte) grey(rgb);
      } else {
        samples[i] = (byte) (rgb >> 16);
        samples[i + plane] = (byte) (rgb >> 8);
        samples[i + 2 * plane] = (byte) rgb;
      }
    }
    return samples;
  }

  private static int grey(int rgb) {
    return Math.round(
        0.299f * (rgb >> 16 & 0xff) + 0.587f * (rgb >> 8 & 0xff) + 0.114f * (rgb & 0xff));
  }

  private static BufferedImage decode(Path path, byte[] file) throws IOException {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      ImageReader reader = reader(in);
      if (reader == null) {
        throw BadInputException.about("Reading " + path)
            .expected("a PNG, JPEG, GIF or BMP picture")
            .found("something else");
      }
      try {
        reader.setInput(in, true, true);
        requireSize(path, reader.getWidth(0), reader.getHeight(0));
        return readWhole(reader);
      } finally {
        reader.dispose();
      }
    }
  }

  private static ImageReader reader(ImageInputStream in) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
        return reader;
      }
      reader.dispose();
    }
    return null;
  }

  /** A decoder warns where it goes on with invented pixels; so does it about colour profiles. */
  private static BufferedImage readWhole(ImageReader reader) throws IOException {
    String[] damage = new String[1];
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          String lower = warning.toLowerCase(Locale.ROOT);
          if (!lower.contains("icc") && !lower.contains("thumb")) {
            damage[0] = warning;
          }
        });
    BufferedImage picture = reader.read(0);
    if (damage[0] != null) {
      throw new IOException(damage[0]);
    }
    return picture;
  }

  /** A few bytes can promise any number of pixels, and all of them would be allocated. */
  private static void requireSize(Path path, int width, int height) {
    if (width < 1 || height < 1 || (long) width * height > MAX_PIXELS) {
      throw BadInputException.about("Reading " + path)
          .expected("a picture of at most " + MAX_PIXELS + " pixels")
          .found(width + " x " + height, "Make it smaller.");
    }
  }

  /** The samples as stored: Java's own conversions premultiply, and take grey for linear light. */
  private static BufferedImage stored(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    BufferedImage rgb = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    boolean grey = picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      if (grey) {
        greyRow(picture, y, row);
      } else {
        picture.getRGB(0, y, width, 1, row, 0, width);
      }
      rgb.getRaster().setDataElements(0, y, width, 1, row);
    }
    return rgb;
  }

  private static void greyRow(BufferedImage picture, int y, int[] row) {
    Raster raster = picture.getRaster();
    int bits = picture.getColorModel().getComponentSize(0);
    int most = (1 << Math.min(bits, BYTE_BITS)) - 1;
    for (int x = 0; x < row.length; x++) {
      int sample = raster.getSample(x, y, 0) >> Math.max(0, bits - BYTE_BITS);
      row[x] = sample * 0xff / most * 0x010101;
    }
  }

  /** EXIF's orientation, 1 to 8; upright where there is none or none that can be read. */
  private static int orientation(byte[] file) {
    if (file.length < 2 || file[0] != (byte) 0xff || file[1] != (byte) 0xd8) {
      return UPRIGHT;
    }
    try {
      ExifIFD0Directory exif =
          JpegMetadataReader.readMetadata(new ByteArrayInputStream(file), List.of(new ExifReader()))
              .getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer stated = exif == null ? null : exif.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return stated == null || stated < 1 || stated > 8 ? UPRIGHT : stated;
    } catch (JpegProcessingException | IOException | RuntimeException e) {
      return UPRIGHT;
    }
  }

  private static BufferedImage upright(BufferedImage picture, int orientation) {
    if (orientation == UPRIGHT) {
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

  private static BufferedImage scale(BufferedImage picture, int height, int width) {
    if (picture.getWidth() == width && picture.getHeight() == height) {
      return picture;
    }
    BufferedImage sized = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sized.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(picture, 0, 0, width, height, null);
    graphics.dispose();
    return sized;
  }
}
