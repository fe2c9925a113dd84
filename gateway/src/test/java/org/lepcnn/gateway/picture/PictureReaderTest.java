/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Preprocessing;
import org.lepcnn.core.model.Preprocessing.Filter;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.picture.PictureSettings.Preset;

/**
 * A picture becomes a model's input as its preprocessing says, compared with what a hand computes.
 */
class PictureReaderTest {
  private static final int[] STEPS = {0, 40, 80, 120};

  private static BufferedImage picture(int width, int height, IntBinaryOperator rgb) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        picture.setRGB(x, y, rgb.applyAsInt(x, y));
      }
    }
    return picture;
  }

  private static ValueSpec input(int type, long... shape) {
    return new ValueSpec("x", type, shape);
  }

  private static Preprocessing said(String yaml, ValueSpec input) {
    return PictureFile.parse("test", Path.of("."), yaml).pictures().of(input);
  }

  /** The first channel of what a picture becomes. */
  private static int[] pixels(String yaml, BufferedImage picture, int rows, int columns) {
    ValueSpec input = input(HostTensor.FLOAT, 1, 3, rows, columns);
    int[] placed = PictureReader.of(said(yaml, input), input).placed(picture);
    return Arrays.stream(placed).map(pixel -> pixel & 0xff).toArray();
  }

  private static BufferedImage steps() {
    return picture(4, 1, (x, y) -> STEPS[x] * 0x010101);
  }

  /** Half the size: weights 1/8, 3/8, 3/8, 1/8, at the border 3/7, 3/7, 1/7. */
  @Test
  void aBilinearReduction_weighsAllPixels() {
    assertThat(pixels("filter: bilinear", steps(), 1, 2)).containsExactly(29, 91);
  }

  /** Twice the size: weights 3/4 and 1/4, and the border goes on. */
  @ParameterizedTest
  @CsvSource({"bilinear", "plain"})
  void anEnlargement_isLinearBetweenNeighbours(String filter) {
    BufferedImage two = picture(2, 1, (x, y) -> x * 100 * 0x010101);
    assertThat(pixels("filter: " + filter, two, 1, 4)).containsExactly(0, 25, 75, 100);
  }

  /** A quarter: only the two pixels in the middle count. */
  @Test
  void aPlainReduction_skipsPixels() {
    BufferedImage four = picture(4, 1, (x, y) -> new int[] {255, 10, 20, 255}[x] * 0x010101);
    assertThat(pixels("filter: plain", four, 1, 1)).containsExactly(15);
    assertThat(pixels("filter: nearest", four, 1, 1)).containsExactly(20);
  }

  /** Twice the size, a = −1/2: weights −0.0234375, 0.2265625, 0.8671875, −0.0703125. */
  @Test
  void aCubicEnlargement_overshootsAndIsCut() {
    BufferedImage edge = picture(6, 1, (x, y) -> (x < 3 ? 100 : 200) * 0x010101);
    assertThat(pixels("filter: bicubic", edge, 1, 12))
        .containsExactly(100, 100, 100, 98, 93, 120, 180, 207, 202, 200, 200, 200);
    BufferedImage bright = picture(6, 1, (x, y) -> (x < 3 ? 0 : 255) * 0x010101);
    assertThat(pixels("filter: bicubic", bright, 1, 12)).startsWith(0, 0, 0, 0, 0).endsWith(255);
  }

  @ParameterizedTest
  @EnumSource(Filter.class)
  void anEvenPicture_staysEven(Filter filter) {
    BufferedImage even = picture(37, 23, (x, y) -> 0xc80a63);
    for (int[] size : new int[][] {{1, 1}, {13, 7}, {50, 60}, {23, 37}}) {
      ValueSpec input = input(HostTensor.FLOAT, 1, 3, size[0], size[1]);
      Preprocessing how = said("filter: " + filter.word(), input);
      assertThat(PictureReader.of(how, input).placed(even)).containsOnly(0xc80a63);
    }
  }

  @Test
  void rowsAndColumns_areResizedAlike() {
    BufferedImage wide = picture(9, 5, (x, y) -> x * 20 + y * 3);
    BufferedImage high = picture(5, 9, (x, y) -> y * 20 + x * 3);
    int[] across = pixels("filter: bilinear", wide, 3, 4);
    int[] down = pixels("filter: bilinear", high, 4, 3);
    for (int i = 0; i < 12; i++) {
      assertThat(down[i % 4 * 3 + i / 4]).isCloseTo(across[i], within(1));
    }
  }

  /** 8 x 4 to a shorter side of 4 stays; its middle 2 x 2 begins at 3, 1. */
  @Test
  void theShorterSide_isResized_andTheMiddleIsCutOut() {
    BufferedImage numbered = picture(8, 4, (x, y) -> y * 8 + x);
    assertThat(pixels("{resize: shorter, size: 4}", numbered, 2, 2))
        .containsExactly(11, 12, 19, 20);
    assertThat(pixels("{resize: shorter, size: 4}", numbered, 4, 6))
        .startsWith(1, 2, 3, 4, 5, 6)
        .endsWith(25, 26, 27, 28, 29, 30);
  }

  @Test
  void whatIsSmallerThanTheInput_isPadded() {
    BufferedImage white = picture(2, 2, (x, y) -> 0xffffff);
    assertThat(pixels("{resize: shorter, size: 2, padding: 7}", white, 3, 4))
        .containsExactly(7, 255, 255, 7, 7, 255, 255, 7, 7, 7, 7, 7);
  }

  @Test
  void aLetterbox_showsAll_onGrey() {
    BufferedImage white = picture(8, 4, (x, y) -> 0xffffff);
    assertThat(pixels("preset: yolo", white, 4, 4))
        .containsExactly(
            114, 114, 114, 114, 255, 255, 255, 255, 255, 255, 255, 255, 114, 114, 114, 114);
    assertThat(pixels("preset: yolo", picture(4, 8, (x, y) -> 0xffffff), 2, 2))
        .containsExactly(255, 114, 255, 114);
  }

  @Test
  void channels_areOrderedAndNormalized_inTheLayoutOfTheModel() {
    BufferedImage picture = picture(2, 1, (x, y) -> x == 0 ? 0x0a141e : 0x28323c);
    ValueSpec first = input(HostTensor.FLOAT, 1, 3, 1, 2);
    String how = "{colours: bgr, scale: 1, mean: [1, 2, 3], std: [1, 2, 4]}";
    assertThat(tensor(how, first, picture).floats())
        .containsExactly(29f, 59f, 9f, 24f, 1.75f, 9.25f);
    ValueSpec last = input(HostTensor.FLOAT, 1, 1, 2, 3);
    assertThat(tensor(how.replace("}", ", layout: nhwc}"), last, picture).floats())
        .containsExactly(29f, 9f, 1.75f, 59f, 24f, 9.25f);
  }

  private static HostTensor tensor(String yaml, ValueSpec input, BufferedImage picture) {
    return PictureReader.of(said(yaml, input), input).tensor(picture);
  }

  @Test
  void grey_isRec601_inOneChannelOrThree() {
    BufferedImage picture = picture(1, 1, (x, y) -> 0xff8040);
    double grey = Math.rint(0.299 * 0xff + 0.587 * 0x80 + 0.114 * 0x40);
    String how = "{colours: grey, scale: 1}";
    assertThat(tensor(how, input(HostTensor.FLOAT, 1, 1, 1, 1), picture).floats())
        .containsExactly((float) grey);
    assertThat(tensor(how, input(HostTensor.FLOAT, 1, 3, 1, 1), picture).floats())
        .containsExactly((float) grey, (float) grey, (float) grey);
  }

  @Test
  void types_areThoseOfTheModel_roundedAndInRange() {
    BufferedImage picture = picture(3, 1, (x, y) -> new int[] {0, 100, 255}[x] * 0x010101);
    String how = "{colours: grey, scale: 1, mean: 128, std: 0.5}";
    assertThat((byte[]) tensor(how, input(HostTensor.INT8, 1, 1, 1, 3), picture).array())
        .containsExactly(-128, -56, 127);
    assertThat((int[]) tensor(how, input(HostTensor.INT32, 1, 1, 1, 3), picture).array())
        .containsExactly(-256, -56, 254);
    assertThat((long[]) tensor(how, input(HostTensor.INT64, 1, 1, 1, 3), picture).array())
        .containsExactly(-256, -56, 254);
    assertThat((byte[]) tensor(how, input(HostTensor.UINT8, 1, 1, 1, 3), picture).array())
        .containsExactly(0, 0, (byte) 254);
    assertThat((double[]) tensor(how, input(HostTensor.DOUBLE, 1, 1, 1, 3), picture).array())
        .containsExactly(-256, -56, 254);
  }

  @Test
  void raw255_isEachSampleDividedBy255() {
    BufferedImage all = picture(256, 1, (x, y) -> x * 0x010101);
    ValueSpec input = input(HostTensor.FLOAT, 1, 1, 1, 256);
    float[] values =
        PictureReader.of(Preset.RAW255.settings().of(input), input).tensor(all).floats();
    for (int i = 0; i < 256; i++) {
      assertThat(values[i]).isEqualTo(i / 255f);
    }
  }

  @Test
  void imagenet_isTheUsualSizeAndNormalization() {
    ValueSpec input = input(HostTensor.FLOAT, 1, 3, 224, 224);
    Preprocessing how = Preset.IMAGENET.settings().of(input);
    assertThat(how.shorterSide()).isEqualTo(256);
    float[] values =
        PictureReader.of(how, input).tensor(picture(500, 375, (x, y) -> 0xff0080)).floats();
    assertThat(values[0]).isCloseTo((1 - 0.485f) / 0.229f, within(1e-6f));
    assertThat(values[224 * 224]).isCloseTo(-0.456f / 0.224f, within(1e-6f));
    assertThat(values[2 * 224 * 224]).isCloseTo((128 / 255f - 0.406f) / 0.225f, within(1e-6f));
    assertThat(Preset.IMAGENET.settings().of(input(HostTensor.FLOAT, 1, 299, 299, 3)).shorterSide())
        .isEqualTo(342);
  }

  @Test
  void mnist_isGreyWithItsMeanAndDeviation() {
    ValueSpec input = input(HostTensor.FLOAT, 1, 1, 28, 28);
    Preprocessing how = Preset.MNIST.settings().of(input);
    float[] values =
        PictureReader.of(how, input).tensor(picture(28, 28, (x, y) -> 0xffffff)).floats();
    assertThat(values).hasSize(784).containsOnly((float) ((1 - 0.1307) / 0.3081));
  }

  @Test
  void whatAModelCannotTake_isRefused() {
    assertThatThrownBy(() -> Preset.IMAGENET.settings().of(input(HostTensor.UINT8, 1, 3, 8, 8)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("raw255");
    assertThatThrownBy(() -> Preset.IMAGENET.settings().of(input(HostTensor.FLOAT, 1, 16)))
        .hasMessageContaining("[1, 16]");
    assertThatThrownBy(() -> Preset.IMAGENET.settings().of(input(HostTensor.FLOAT, 1, 1, 8, 8)))
        .hasMessageContaining("mean");
    assertThatThrownBy(() -> said("colours: bgr", input(HostTensor.FLOAT, 1, 1, 8, 8)))
        .hasMessageContaining("grey");
    ValueSpec booleans = input(HostTensor.BOOL, 1, 3, 8, 8);
    assertThatThrownBy(() -> PictureReader.of(said("scale: 1", booleans), booleans))
        .hasMessageContaining("float32");
  }

  @Test
  void aPictureTooLongToResize_isRefused() {
    ValueSpec input = input(HostTensor.FLOAT, 1, 3, 4, 8192);
    PictureReader reader = PictureReader.of(Preset.RAW255.settings().of(input), input);
    BufferedImage high = new BufferedImage(1, 10_000, BufferedImage.TYPE_INT_RGB);
    assertThatThrownBy(() -> reader.placed(high))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("10000");
  }
}
