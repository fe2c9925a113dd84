/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Preprocessing.Colours;
import org.lepcnn.core.model.Preprocessing.Filter;
import org.lepcnn.core.model.Preprocessing.Resize;
import org.lepcnn.gateway.picture.PictureSettings.Preset;

/** Files of preprocessing are read strictly. */
class PictureFileTest {
  @TempDir private Path folder;

  private static PictureFile.Said parse(String text) {
    return PictureFile.parse("pre.yaml", Path.of("/settings"), text);
  }

  @Test
  void everyKey_isRead() {
    PictureFile.Said said =
        parse(
            """
            # of a model of Caffe's
            resize: shorter
            size: 256
            filter: bicubic
            padding: [1, 2, 3]
            colours: bgr
            layout: nhwc
            scale: 1/255
            mean: [.485, 0.456, 4]
            std: 0.5
            labels: names.txt
            softmax: false
            top: 3
            """);
    assertThat(said.pictures())
        .isEqualTo(
            new PictureSettings(
                Resize.SHORTER,
                256,
                Filter.BICUBIC,
                List.of(1, 2, 3),
                Colours.BGR,
                true,
                1 / 255.0,
                List.of(0.485, 0.456, 4.0),
                List.of(0.5)));
    assertThat(said.labels()).isEqualTo(Path.of("/settings/names.txt"));
    assertThat(said.softmax()).isFalse();
    assertThat(said.top()).isEqualTo(3);
  }

  @Test
  void whatAFileLeavesOut_isAsInItsPreset() throws IOException {
    assertThat(parse("preset: imagenet").pictures()).isEqualTo(Preset.IMAGENET.settings());
    assertThat(parse("{}").pictures()).isEqualTo(Preset.RAW255.settings());
    PictureSettings changed = parse("{preset: imagenet, colours: bgr}").pictures();
    assertThat(changed.colours()).isEqualTo(Colours.BGR);
    assertThat(changed.mean()).isEqualTo(Preset.IMAGENET.settings().mean());
    Path file = Files.writeString(folder.resolve("a.yml"), "preset: yolo");
    assertThat(PictureFile.read(file.toString()).pictures()).isEqualTo(Preset.YOLO.settings());
    assertThat(PictureFile.read("MNIST").pictures()).isEqualTo(Preset.MNIST.settings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "colour: rgb | 'colour' | colours",
        "resize: crop | 'crop' | letterbox",
        "filter: [bilinear] | [bilinear] | a text",
        "size: 256 | exact | shorter",
        "{resize: shorter, size: 0} | '0' | from 1",
        "{resize: shorter, size: 1.5} | 1.5 | whole",
        "padding: 300 | 300 | 255",
        "padding: [1, 2] | '2' | 1 or 3",
        "mean: [1, x, 3] | 'x' | a number",
        "mean: .nan | NaN | a number",
        "scale: 1/0 | '1/0' | a number",
        "scale: 0 | '0' | not 0",
        "std: [1, 0, 1] | '0' | not 0",
        "softmax: yes | 'yes' | true or false",
        "top: 1001 | 1001 | 1000",
        "layout: hwc | 'hwc' | nhwc",
        "preset: caffe | 'caffe' | imagenet",
        "labels: 7 | '7' | a text",
        "labels: \"a\\0b\" | another text | a path",
        "[] | something else | keys",
        "just words | something else | keys",
        "{top: 1, top: 2} | duplicate | YAML",
        "top: [ | line | YAML",
        "mean: &a [*a, 1, 1] | something else | YAML",
        "top: !!java.lang.Integer 3 | line | YAML",
      })
  void whatIsNotKnown_isRefused_withWhatWasExpected(String yaml, String found, String expected) {
    assertThatThrownBy(() -> parse(yaml))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Reading pre.yaml")
        .hasMessageContaining(found)
        .hasMessageContaining(expected);
  }

  @Test
  void anUnknownPreset_isRefused() {
    assertThatThrownBy(() -> PictureFile.read("cifar"))
        .hasMessageContaining("imagenet")
        .hasMessageContaining("'cifar'");
    assertThatThrownBy(() -> PictureFile.read(folder.resolve("none.yaml").toString()))
        .isInstanceOf(BadInputException.class);
  }
}
