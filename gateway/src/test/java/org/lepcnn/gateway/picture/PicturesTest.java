/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.picture.PictureSettings.Preset;

/** Pictures become the samples that are stored in them, upright and whole, or are refused. */
public class PicturesTest {
  private static final int[] GREYS = {4, 32, 64, 128, 192, 252};

  @TempDir private Path folder;

  private Path png(BufferedImage picture) throws IOException {
    return write(picture, "png");
  }

  private Path write(BufferedImage picture, String format) throws IOException {
    Path file = folder.resolve("picture." + format);
    assertThat(ImageIO.write(picture, format, file.toFile())).isTrue();
    return file;
  }

  private static int[] samples(Path file, int channels, int height, int width) {
    ValueSpec spec = new ValueSpec("x", HostTensor.INT32, new long[] {1, channels, height, width});
    return (int[]) PictureReader.of(Preset.RAW255.settings().of(spec), spec).read(file).array();
  }

  /** A row of the grey samples; with alpha, every second pixel is transparent. */
  private static BufferedImage greys(boolean alpha, int bits) {
    int type = bits == 8 ? DataBuffer.TYPE_BYTE : DataBuffer.TYPE_USHORT;
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY), alpha, false, alpha ? 3 : 1, type);
    WritableRaster raster = model.createCompatibleWritableRaster(GREYS.length, 1);
    for (int x = 0; x < GREYS.length; x++) {
      raster.setSample(x, 0, 0, bits == 8 ? GREYS[x] : GREYS[x] << 8 | 0x80);
      if (alpha) {
        raster.setSample(x, 0, 1, x % 2 == 0 ? 0 : (1 << bits) - 1);
      }
    }
    return new BufferedImage(model, raster, false, null);
  }

  @Test
  void greySamples_stayAsTheyAre_withAlphaAndInSixteenBitsToo() throws IOException {
    assertThat(samples(png(greys(false, 8)), 1, 1, 6)).containsExactly(GREYS);
    assertThat(samples(png(greys(true, 8)), 1, 1, 6)).containsExactly(GREYS);
    assertThat(samples(png(greys(false, 16)), 1, 1, 6)).containsExactly(GREYS);
    assertThat(samples(png(greys(true, 8)), 3, 1, 6)).startsWith(GREYS).endsWith(GREYS);
  }

  /** Java's own conversion would take grey for linear light and brighten it. */
  @Test
  void aGreyPictureOfAnotherSize_keepsItsBrightness() throws IOException {
    BufferedImage even = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 64; i++) {
      even.getRaster().setSample(i % 8, i / 8, 0, 64);
    }
    assertThat(samples(png(even), 1, 4, 4)).containsOnly(64);
  }

  @Test
  void transparentPixels_keepTheirStoredColour() throws IOException {
    BufferedImage picture = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    picture.setRGB(0, 0, 0x00_10_80_f0);
    picture.setRGB(1, 0, 0x80_40_c8_08);
    assertThat(samples(png(picture), 3, 1, 2)).containsExactly(0x10, 0x40, 0x80, 0xc8, 0xf0, 0x08);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "gif", "bmp"})
  void aPictureThatIsCut_isRefused(String format) throws IOException {
    BufferedImage noise = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64 * 64; i++) {
      noise.setRGB(i % 64, i / 64, (i * 0x9e3779b1) >>> 8);
    }
    Path file = write(noise, format);
    assertThat(Pictures.read(file).getWidth()).isEqualTo(64);
    byte[] bytes = Files.readAllBytes(file);
    for (int percent : new int[] {50, 75, 95}) {
      Files.write(file, Arrays.copyOf(bytes, bytes.length * percent / 100));
      assertThatThrownBy(() -> Pictures.read(file))
          .as("%d %% of a %s", percent, format)
          .isInstanceOf(BadInputException.class);
    }
    for (int length = 1; length < 64; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> Pictures.read(file))
          .as("%d bytes of a %s", length, format)
          .isInstanceOf(BadInputException.class)
          .hasMessageNotContaining("null");
    }
  }

  /** Two by three pixels whose order tells how they were turned. */
  @Test
  void exifOrientation_turnsAJpegUpright() throws IOException {
    BufferedImage upright = quarters(32, 16);
    for (int orientation = 1; orientation <= 8; orientation++) {
      Path file = folder.resolve("exif" + orientation + ".jpg");
      Files.write(file, withExif(jpeg(storedFor(orientation, upright)), orientation));
      BufferedImage read = Pictures.read(file);
      assertThat(read.getWidth()).as("orientation %d", orientation).isEqualTo(32);
      assertThat(corners(read)).as("orientation %d", orientation).isEqualTo(corners(upright));
    }
  }

  private static BufferedImage quarters(int width, int height) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int quarter = (y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1);
        picture.setRGB(x, y, (quarter * 80) * 0x010101);
      }
    }
    return picture;
  }

  /** The quarter at each corner, told by its brightness. */
  private static List<Integer> corners(BufferedImage picture) {
    int right = picture.getWidth() - 3;
    int bottom = picture.getHeight() - 3;
    return List.of(
        Math.round((picture.getRGB(2, 2) & 0xff) / 80f),
        Math.round((picture.getRGB(right, 2) & 0xff) / 80f),
        Math.round((picture.getRGB(2, bottom) & 0xff) / 80f),
        Math.round((picture.getRGB(right, bottom) & 0xff) / 80f));
  }

  /** What a camera stores: EXIF says where the stored first row and column lie in the scene. */
  private static BufferedImage storedFor(int orientation, BufferedImage scene) {
    boolean turned = orientation >= 5;
    int width = turned ? scene.getHeight() : scene.getWidth();
    int height = turned ? scene.getWidth() : scene.getHeight();
    BufferedImage stored = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int sceneX = turned ? y : x;
        int sceneY = turned ? x : y;
        boolean fromRight = List.of(2, 3, 6, 7).contains(orientation);
        boolean fromBottom = List.of(3, 4, 7, 8).contains(orientation);
        stored.setRGB(
            x,
            y,
            scene.getRGB(
                fromRight ? scene.getWidth() - 1 - sceneX : sceneX,
                fromBottom ? scene.getHeight() - 1 - sceneY : sceneY));
      }
    }
    return stored;
  }

  private static byte[] jpeg(BufferedImage picture) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(picture, "jpg", out);
    return out.toByteArray();
  }

  /** Puts an APP1 segment with one tag, the orientation, behind the start of the file. */
  private static byte[] withExif(byte[] jpeg, int orientation) {
    ByteBuffer exif = ByteBuffer.allocate(36);
    exif.putShort((short) 0xffe1).putShort((short) 34);
    exif.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    exif.put("MM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(8);
    exif.putShort((short) 1).putShort((short) 0x0112).putShort((short) 3).putInt(1);
    exif.putShort((short) orientation).putShort((short) 0).putInt(0);
    return ByteBuffer.allocate(jpeg.length + 36)
        .put(jpeg, 0, 2)
        .put(exif.array())
        .put(jpeg, 2, jpeg.length - 2)
        .array();
  }

  /** Inks as Adobe's programs store them, inverted: cyan, magenta, yellow, black and none. */
  @Test
  void inks_becomeColours() throws IOException {
    BufferedImage read = Pictures.decode("inks", inks());
    List<Integer> lights = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int rgb = read.getRGB(i * 16 + 8, 8);
      for (int shift = 16; shift >= 0; shift -= 8) {
        lights.add((rgb >> shift & 0xff) > 127 ? 1 : 0);
      }
    }
    assertThat(lights).containsExactly(0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1);
  }

  /** A JPEG of five squares, each in one ink or none. */
  public static byte[] inks() throws IOException {
    int[][] inks = {{255, 0, 0, 0}, {0, 255, 0, 0}, {0, 0, 255, 0}, {0, 0, 0, 255}, {0, 0, 0, 0}};
    int side = 16;
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, inks.length * side, side, 4, null);
    for (int x = 0; x < inks.length * side; x++) {
      for (int i = 0; i < side * 4; i++) {
        raster.setSample(x, i / 4, i % 4, 255 - inks[x / side][i % 4]);
      }
    }
    return withAdobe(jpeg(raster));
  }

  private static byte[] jpeg(Raster raster) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream to = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(to);
      writer.write(null, new IIOImage(raster, null, null), null);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  /** Puts Adobe's segment, which says that there is no transform, behind the start of the file. */
  private static byte[] withAdobe(byte[] jpeg) {
    ByteBuffer adobe = ByteBuffer.allocate(16);
    adobe.putShort((short) 0xffee).putShort((short) 14);
    adobe.put("Adobe".getBytes(StandardCharsets.US_ASCII)).putShort((short) 100);
    adobe.putShort((short) 0).putShort((short) 0).put((byte) 0);
    return ByteBuffer.allocate(jpeg.length + 16)
        .put(jpeg, 0, 2)
        .put(adobe.array())
        .put(jpeg, 2, jpeg.length - 2)
        .array();
  }

  /** Six bits of green tell one of two colours each. */
  @Test
  void aWebp_isRead_andRefusedWhenItIsCut() throws IOException {
    byte[] file = webp(3, 2, 0b100110);
    assertThat(samples(Files.write(folder.resolve("a.webp"), file), 3, 2, 3))
        .containsExactly(
            0xc8, 0xc8, 0xc8, 0xc8, 0xc8, 0xc8, 10, 200, 200, 10, 10, 200, 7, 7, 7, 7, 7, 7);
    for (int length = 1; length < file.length - 1; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> Pictures.decode("a", cut))
          .as("%d bytes", length)
          .isInstanceOf(BadInputException.class);
    }
  }

  /** 16 x 16 pixels, red above and blue below, as an encoder made them. */
  @Test
  void aLossyWebp_isRead() {
    byte[] data =
        HexFormat.of()
            .parseHex(
                "b001009d012a1000100002c04c25a00274ba0004668000"
                    + "fef020bffc63bf8df107f44fc22bff3d33fad0bfb80000");
    BufferedImage read = Pictures.decode("lossy", riff("VP8 ", data));
    for (int shift = 0; shift <= 16; shift += 8) {
      assertThat(read.getRGB(8, 2) >> shift & 0xff).isCloseTo(0xc81e0a >> shift & 0xff, within(12));
      assertThat(read.getRGB(8, 13) >> shift & 0xff)
          .isCloseTo(0x0a1ec8 >> shift & 0xff, within(12));
    }
  }

  private static byte[] riff(String kind, byte[] data) {
    int padded = data.length + data.length % 2;
    return ByteBuffer.allocate(20 + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("RIFF".getBytes(StandardCharsets.US_ASCII))
        .putInt(12 + padded)
        .put(("WEBP" + kind).getBytes(StandardCharsets.US_ASCII))
        .putInt(data.length)
        .put(data)
        .array();
  }

  /**
   * A lossless WebP whose pixels have red 200, blue 7 and one of two greens, a bit for each.
   *
   * @param greens from the lowest bit on
   */
  public static byte[] webp(int width, int height, int greens) {
    Bits bits = new Bits();
    bits.put(0x2f, 8).put(width - 1, 14).put(height - 1, 14).put(0, 1).put(0, 3);
    bits.put(0, 1).put(0, 1).put(0, 1); // no transform, no cache of colours, one set of codes
    bits.put(1, 1).put(1, 1).put(1, 1).put(10, 8).put(200, 8); // green: two symbols
    for (int symbol : new int[] {200, 7, 255, 0}) { // red, blue, alpha, distance: one each
      bits.put(1, 1).put(0, 1).put(1, 1).put(symbol, 8);
    }
    byte[] data = bits.put(greens, width * height).bytes();
    return riff("VP8L", data);
  }

  /** Bits from the lowest of a byte on. */
  private static final class Bits {
    private final BitSet bits = new BitSet();
    private int size;

    Bits put(int value, int count) {
      for (int i = 0; i < count; i++) {
        bits.set(size++, (value >> i & 1) != 0);
      }
      return this;
    }

    byte[] bytes() {
      return Arrays.copyOf(bits.toByteArray(), (size + 7) / 8);
    }
  }

  @Test
  void sixteenBitColours_keepTheirUpperEightBits() throws IOException {
    for (boolean alpha : new boolean[] {false, true}) {
      ComponentColorModel model =
          new ComponentColorModel(
              ColorSpace.getInstance(ColorSpace.CS_sRGB),
              alpha,
              false,
              alpha ? 3 : 1,
              DataBuffer.TYPE_USHORT);
      WritableRaster raster = model.createCompatibleWritableRaster(2, 1);
      int[] stored = {0x10ff, 0x8001, 0xf0f0, 0x0000, 0x00ff, 0xffff};
      for (int i = 0; i < 6; i++) {
        raster.setSample(i / 3, 0, i % 3, stored[i]);
      }
      assertThat(samples(png(new BufferedImage(model, raster, false, null)), 3, 1, 2))
          .containsExactly(0x10, 0x00, 0x80, 0x00, 0xf0, 0xff);
    }
  }

  @Test
  void modelsOfBytesWithChannelsLast_areFedSamples() throws IOException {
    BufferedImage picture = new BufferedImage(1, 2, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(0, 0, 0x102030);
    picture.setRGB(0, 1, 0xa0b0c0);
    Path file = png(picture);
    ValueSpec bytes = new ValueSpec("a", HostTensor.UINT8, new long[] {1, 2, 1, 3});
    assertThat((byte[]) Inputs.read(file, List.of(bytes)).get(0).values().get("a").array())
        .containsExactly(0x10, 0x20, 0x30, 0xa0, 0xb0, 0xc0);
    ValueSpec floats = new ValueSpec("a", HostTensor.FLOAT, new long[] {1, 3, 2, 1});
    assertThat(Inputs.read(file, List.of(floats)).get(0).values().get("a").floats())
        .containsExactly(
            0x10 / 255f, 0xa0 / 255f, 0x20 / 255f, 0xb0 / 255f, 0x30 / 255f, 0xc0 / 255f);
    ValueSpec batch = new ValueSpec("a", HostTensor.FLOAT, new long[] {8, 3, 1, 2});
    assertThatThrownBy(() -> Inputs.read(file, List.of(batch)))
        .hasMessageContaining("8 at once")
        .hasMessageContaining(".npy");
  }

  @Test
  void otherFormatsThatJavaKnows_areRefused() throws IOException {
    Path file = write(new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB), "tiff");
    assertThatThrownBy(() -> Pictures.read(file))
        .hasMessageContaining("PNG, JPEG, WebP, GIF or BMP");
  }
}
