/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.awt.image.BufferedImage;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.picture.Pictures;

/** Models and labelled pictures that may lie beside the repository. */
final class AcceptanceData {
  /** Another place of the test data. */
  static final String PROPERTY = "lepcnn.testdata";

  private static final int MNIST_SIDE = 28;
  private static final int CIFAR_SIDE = 32;
  private static final int RGB = 3;

  /**
   * A labelled picture.
   *
   * @param pixels {@code [height][width][channels]} in 0..255, colours red first
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
  record Picture(int[] pixels, int height, int width, int channels, int label) {
    /** The value of a pixel. */
    int at(int y, int x, int channel) {
      return pixels[(y * width + x) * channels + channel];
    }
  }

  private AcceptanceData() {}

  /** The folder of the test data; it may be absent. */
  static Path root() {
    String stated = System.getProperty(PROPERTY, "");
    return stated.isBlank()
        ? Path.of(System.getProperty("lepcnn.home", "..")).resolve("../shared/testdata").normalize()
        : Path.of(stated);
  }

  /** Folders below {@code folder} that hold a model, by their name relative to it. */
  static Map<String, Path> models(Path folder, Predicate<String> wanted) throws IOException {
    Map<String, Path> models = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        files
            .filter(file -> file.endsWith("model.onnx"))
            .map(Path::getParent)
            .forEach(found -> models.put(folder.relativize(found).toString(), found));
      }
    }
    models.keySet().removeIf(wanted.negate());
    return models;
  }

  /** The 10,000 pictures of the MNIST test set. */
  static List<Picture> mnist(Path root) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    Path folder = root.resolve("data/mnist");
    try (DataInputStream images = gzip(folder.resolve("t10k-images-idx3-ubyte.gz"));
        DataInputStream labels = gzip(folder.resolve("t10k-labels-idx1-ubyte.gz"))) {
      images.readInt();
      int count = images.readInt();
      images.readLong();
      labels.readLong();
      for (int i = 0; i < count; i++) {
        int[] pixels = unsigned(images.readNBytes(MNIST_SIDE * MNIST_SIDE));
        pictures.add(new Picture(pixels, MNIST_SIDE, MNIST_SIDE, 1, labels.readUnsignedByte()));
      }
    }
    return pictures;
  }

  /** The 100 exact CIFAR-10 pictures. */
  static List<Picture> cifarExact(Path root) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    for (String line : Files.readAllLines(root.resolve("data/cifar10/exact100_cifar10_test.csv"))) {
      String[] cells = line.split(",", -1);
      int[] pixels = new int[cells.length - 1];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = Integer.parseInt(cells[i + 1].strip());
      }
      int label = Integer.parseInt(cells[0].strip());
      pictures.add(new Picture(pixels, CIFAR_SIDE, CIFAR_SIDE, RGB, label));
    }
    return pictures;
  }

  /** The 2,000 CIFAR-10 pictures that went through JPEG, stored as planes. */
  static List<Picture> cifarJpeg(Path root) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    int plane = CIFAR_SIDE * CIFAR_SIDE;
    byte[] bytes = Files.readAllBytes(root.resolve("data/cifar10/jpeg_test_A_2000.bin"));
    for (int from = 0; from < bytes.length; from += 1 + RGB * plane) {
      int[] pixels = new int[RGB * plane];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i % plane * RGB + i / plane] = bytes[from + 1 + i] & 0xff;
      }
      pictures.add(new Picture(pixels, CIFAR_SIDE, CIFAR_SIDE, RGB, bytes[from]));
    }
    return pictures;
  }

  /** The 50 ImageNet photos. */
  static List<Picture> imageNet(Path root) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    Path folder = root.resolve("data/imagenet/A");
    for (String line : Files.readAllLines(folder.resolve("labels.csv"))) {
      int comma = line.lastIndexOf(',');
      BufferedImage image = Pictures.read(folder.resolve(line.substring(0, comma)));
      int[] pixels = new int[image.getWidth() * image.getHeight() * RGB];
      for (int i = 0; i < pixels.length; i += RGB) {
        int at = i / RGB;
        int rgb = image.getRGB(at % image.getWidth(), at / image.getWidth());
        pixels[i] = rgb >> 16 & 0xff;
        pixels[i + 1] = rgb >> 8 & 0xff;
        pixels[i + 2] = rgb & 0xff;
      }
      int label = Integer.parseInt(line.substring(comma + 1).strip());
      pictures.add(new Picture(pixels, image.getHeight(), image.getWidth(), RGB, label));
    }
    return pictures;
  }

  /** The first ImageNet photo in 0..255 as planes, enlarged by repeating pixels. */
  static HostTensor photo(Path root, long[] shape) throws IOException {
    Picture picture = imageNet(root).get(0);
    int height = Math.toIntExact(shape[2]);
    int width = Math.toIntExact(shape[3]);
    float[] values = new float[RGB * height * width];
    for (int i = 0; i < values.length; i++) {
      int y = i / width % height * picture.height() / height;
      int x = i % width * picture.width() / width;
      values[i] = picture.at(y, x, i / (height * width));
    }
    return HostTensor.of(values, shape);
  }

  private static DataInputStream gzip(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    return new DataInputStream(new GZIPInputStream(in, 1 << 16));
  }

  private static int[] unsigned(byte[] bytes) {
    int[] values = new int[bytes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes[i] & 0xff;
    }
    return values;
  }
}
