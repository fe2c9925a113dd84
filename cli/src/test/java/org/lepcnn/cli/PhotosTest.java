/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.check.PrivateCheck;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.picture.RankedClass;

/** Photos of things with a name in ImageNet come back from a private pass with that name. */
@Tag("slow")
class PhotosTest {
  private static final Map<String, String> PHOTOS =
      Map.of(
          "n01443537_goldfish.JPEG", "goldfish",
          "n02099601_golden_retriever.JPEG", "golden retriever",
          "n02123045_tabby.JPEG", "tabby",
          "n02504458_African_elephant.JPEG", "African elephant",
          "n04285008_sports_car.JPEG", "sports car",
          "n02124075_Egyptian_cat.JPEG", "Egyptian cat");

  @TempDir private Path folder;

  private static Path require(String relative) {
    Path path = AcceptanceData.root().resolve(relative);
    Assumptions.assumeTrue(
        Files.exists(path), () -> "skipped: the test data " + path + " are not here");
    return path;
  }

  /** The data's list has a number and a comma in front of each name. */
  private Path names() throws IOException {
    List<String> lines = Files.readAllLines(require("data/imagenet/Labels.txt"));
    return Files.write(
        folder.resolve("names.txt"),
        lines.stream().map(line -> line.substring(line.indexOf(',') + 1)).toList());
  }

  private Path caffe() throws IOException {
    return Files.writeString(
        folder.resolve("caffe.yaml"),
        "{preset: imagenet, colours: bgr, scale: 1, mean: [104, 117, 123], std: 1}");
  }

  private ModelBundle imported(Object... options) {
    Path model = require("imagenet/squeezenet1.1-fp32/model.onnx");
    Path bundle = folder.resolve("bundle" + options.length);
    List<Object> arguments =
        new ArrayList<>(List.of("import", model, "-o", bundle, "--trusted", "--precision", "high"));
    arguments.addAll(List.of(options));
    Ran ran = Ran.command(arguments.toArray());
    assertThat(ran.status()).as(ran.text()).isZero();
    assertThat(ran.text().contains("Pictures: resize shorter 256, filter bilinear"))
        .isEqualTo(options.length > 0);
    return ModelBundle.read(bundle);
  }

  @Test
  void photos_getTheirNames_withPreprocessing() throws IOException {
    Path photos = require("data/photos/original");
    ModelBundle prepared = imported("--preprocess", caffe(), "--labels", names());
    Map<String, List<RankedClass>> found = answers(prepared, prepared.device(), photos);
    ModelBundle plain = imported();
    assertThat(prepared.manifest().edgeHash()).isEqualTo(plain.manifest().edgeHash());
    Map<String, List<RankedClass>> without =
        answers(plain, plain.device().with(null, prepared.device().naming()), photos);
    assertThat(right(found, 1)).isGreaterThanOrEqualTo(5);
    assertThat(right(found, 2)).isEqualTo(6);
    assertThat(right(without, 1)).isLessThan(2);
  }

  @Test
  void checkOfPictures_preparesThemForFloatAlike() throws IOException {
    Path model = require("imagenet/squeezenet1.1-fp32/model.onnx");
    Path photos = require("data/photos/original");
    Ran ran =
        Ran.command(
            "check",
            model,
            "--inputs",
            photos,
            "--preprocess",
            caffe(),
            "--trusted",
            "--precision",
            "high");
    assertThat(ran.status()).as(ran.text()).isZero();
    assertThat(ran.text()).contains("6 inputs: all equal");
  }

  private static Map<String, List<RankedClass>> answers(
      ModelBundle bundle, DeviceHalf half, Path photos) {
    Map<String, List<RankedClass>> answers = new LinkedHashMap<>();
    try (PrivateCheck check = PrivateCheck.open(bundle, Kernels.choose(null))) {
      for (Inputs.Input input : Inputs.readAll(photos, half)) {
        answers.put(
            input.name(), RankedClass.of(check.run(input.values()).outputs(), half.naming()));
      }
    }
    return answers;
  }

  private static long right(Map<String, List<RankedClass>> answers, int best) {
    return answers.entrySet().stream()
        .filter(
            each ->
                each.getValue().stream()
                    .limit(best)
                    .anyMatch(found -> found.name().startsWith(PHOTOS.get(each.getKey()))))
        .count();
  }
}
