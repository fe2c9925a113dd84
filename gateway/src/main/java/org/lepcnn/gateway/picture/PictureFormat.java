/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.lepcnn.core.error.BadInputException;

/** The formats of pictures, told by their first bytes, and their decoders. */
enum PictureFormat {
  PNG("89504e47"),
  JPEG("ffd8"),
  GIF("47494638"),
  BMP("424d"),
  /** In a RIFF file, whose first word it shares with sounds. */
  WEBP("52494646");

  /** A decoder's samples and ours take half of the heap at most. */
  static final long MAX_PIXELS =
      Math.min(1L << 26, Math.max(1L << 22, Runtime.getRuntime().maxMemory() / 16));

  private static final int INKS = 4;
  private static final int RIFF_HEADER = 8;
  private static final int RIFF_KIND = 0x57454250; // "WEBP"

  /** Its readers do what those of Java do not: inks, and WebP. */
  private static final String PLUG_IN = "com.twelvemonkeys.";

  private final byte[] magic;

  PictureFormat(String magic) {
    this.magic = java.util.HexFormat.of().parseHex(magic);
  }

  /** The format of a file; null when it is none of these. */
  static PictureFormat of(byte[] file) {
    for (PictureFormat format : values()) {
      if (startsWith(file, format.magic) && (format != WEBP || isWebp(file))) {
        return format;
      }
    }
    return null;
  }

  private static boolean startsWith(byte[] file, byte[] magic) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= file.length || file[i] != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isWebp(byte[] file) {
    return file.length >= RIFF_HEADER + 4 && ByteBuffer.wrap(file).getInt(RIFF_HEADER) == RIFF_KIND;
  }

  /**
   * The picture in a file, as it is stored, in eight bits. Waits while others hold too many pixels.
   *
   * @param what names it in errors
   * @throws IOException it is damaged or incomplete
   */
  static BufferedImage decode(String what, byte[] file) throws IOException {
    PictureFormat format = of(file);
    if (format == null) {
      throw BadInputException.about("Reading " + what)
          .expected("a PNG, JPEG, WebP, GIF or BMP picture")
          .found("something else");
    }
    if (format == WEBP) {
      requireWhole(file);
    }
    boolean plugIn = format == WEBP || (format == JPEG && JpegFrame.components(file) == INKS);
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      ImageReader reader = format.reader(plugIn);
      try {
        reader.setInput(in, true, true);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        requireSize(what, width, height);
        int room = PixelRoom.take((long) width * height);
        try {
          return Samples8.of(readWhole(reader));
        } finally {
          PixelRoom.giveBack(room);
        }
      } finally {
        reader.dispose();
      }
    }
  }

  private ImageReader reader(boolean plugIn) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(name());
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (reader.getClass().getName().startsWith(PLUG_IN) == plugIn) {
        return reader;
      }
      reader.dispose();
    }
    throw new IllegalStateException("No reader of " + name() + " is on the class path");
  }

  /** RIFF says how long it is; the decoder would take zeros for what is missing. */
  private static void requireWhole(byte[] file) throws IOException {
    long stated =
        Integer.toUnsignedLong(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(4));
    if (stated + RIFF_HEADER > file.length) {
      throw new IOException("the file ends too early");
    }
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
  private static void requireSize(String what, int width, int height) {
    if (width < 1 || height < 1 || (long) width * height > MAX_PIXELS) {
      throw BadInputException.about("Reading " + what)
          .expected("a picture of at most " + MAX_PIXELS + " pixels")
          .found(width + " x " + height, "Make it smaller, or the heap larger.");
    }
  }
}
