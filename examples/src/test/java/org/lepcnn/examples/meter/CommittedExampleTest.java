/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.examples.meter.render.MeterPicture;
import org.lepcnn.examples.meter.render.PictureRenderer;

/** The files in {@code examples/meter-digits} are what its README says. */
class CommittedExampleTest {
  private static final Path FOLDER = Path.of("meter-digits");
  private static final Path PICTURES = FOLDER.resolve("pictures");
  private static final int PICTURE_COUNT = 40;
  private static final long PICTURE_SEED = 40;

  /**
   * JDK 17 and JDK 25 draw the same pixels; another JDK's rasterizer may round the coverage of an
   * edge differently, which the average over sixteen fine pixels leaves below two gray levels.
   */
  private static final int GRAY_TOLERANCE = 2;

  @Test
  void pictures_areThoseOfTheRenderCommand(@TempDir Path folder) throws Exception {
    List<String> command = List.of("render", "--count", "40", "--seed", "40", "--out");
    TestCommands.run(command, folder.toString());
    assertThat(Files.readString(PICTURES.resolve("labels.csv")))
        .isEqualTo(Files.readString(folder.resolve("labels.csv")));
    for (int i = 0; i < PICTURE_COUNT; i++) {
      String name = (i < 10 ? "0" : "") + i + ".png";
      byte[] committed = pixels(PICTURES.resolve(name));
      byte[] rendered = pixels(folder.resolve(name));
      for (int pixel = 0; pixel < MeterPicture.PIXELS; pixel++) {
        int difference = (committed[pixel] & 0xFF) - (rendered[pixel] & 0xFF);
        assertThat(Math.abs(difference))
            .as("%s, pixel %d", name, pixel)
            .isLessThanOrEqualTo(GRAY_TOLERANCE);
      }
    }
  }

  @Test
  void labels_areFourOfEachDigit() throws IOException {
    List<String> lines = Files.readAllLines(PICTURES.resolve("labels.csv"));
    assertThat(lines).hasSize(PICTURE_COUNT + 1).startsWith("file,label", "00.png,0", "01.png,1");
    int[] counts = new int[10];
    for (String line : lines.subList(1, lines.size())) {
      counts[Integer.parseInt(line.substring(line.indexOf(',') + 1))]++;
    }
    int[] expected = new int[10];
    Arrays.fill(expected, 4);
    assertThat(counts).isEqualTo(expected);
  }

  @Test
  void model_readsTheCommittedPictures() throws IOException, OrtException {
    PictureRenderer renderer = new PictureRenderer(PICTURE_SEED);
    assertThat(accuracy(renderer, PICTURE_COUNT).share()).isGreaterThanOrEqualTo(38 / 40.0);
  }

  @Test
  void model_readsFreshPictures() throws IOException, OrtException {
    Accuracy accuracy = accuracy(new PictureRenderer(987_654_321), 500);
    assertThat(accuracy.share()).as(accuracy::toString).isGreaterThanOrEqualTo(0.98);
  }

  @Test
  void model_isSmall() throws IOException {
    assertThat(Files.size(FOLDER.resolve("meter-digits.onnx"))).isLessThan(1_000_000);
  }

  private static Accuracy accuracy(PictureRenderer renderer, int count)
      throws IOException, OrtException {
    byte[] model = Files.readAllBytes(FOLDER.resolve("meter-digits.onnx"));
    try (OnnxClassifier classifier = new OnnxClassifier(model)) {
      return Accuracy.measure(classifier, renderer, count);
    }
  }

  /** The stored levels themselves: converting to RGB would apply a colour profile. */
  private static byte[] pixels(Path file) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(image.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
    return (byte[])
        image.getRaster().getDataElements(0, 0, image.getWidth(), image.getHeight(), null);
  }
}
