/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.onnx.cut.ProfileFile;

class ZooAndBenchCommandTest {
  private static final Path SMALL_MODEL = Path.of("../examples/meter-digits/meter-digits.onnx");
  private static final int BAD_USAGE = 2;

  @TempDir Path folder;

  @Test
  void zoo_writesTheNetwork() throws Exception {
    Path file = folder.resolve("net.onnx");

    assertThat(Main.execute("zoo", "squeezenet", "--seed", "3", "-o", file.toString())).isZero();
    assertThat(Files.size(file)).isGreaterThan(4 * 1_235_496L);
  }

  @Test
  void zoo_refusesAnUnknownNetwork() {
    Path file = folder.resolve("net.onnx");

    assertThat(Main.execute("zoo", "lenet", "-o", file.toString())).isEqualTo(BAD_USAGE);
    assertThat(file).doesNotExist();
  }

  @Test
  void bench_writesWhatItMeasured() {
    String[] command = {
      "bench",
      "kernels",
      "--model",
      SMALL_MODEL.toString(),
      "--threads",
      "1",
      "--rounds",
      "1",
      "--sample-ms",
      "0.1",
      "--out",
      folder.toString(),
      "--json"
    };

    assertThat(Main.execute(command)).isZero();
    assertThat(folder.resolve("kernels-meter-digits.json")).isNotEmptyFile();
    assertThat(folder.resolve("kernels-meter-digits.png")).isNotEmptyFile();
  }

  @Test
  @Tag("slow")
  void aMeasuredProfile_isOneThatImportTakes_andBenchPredictsBy() throws Exception {
    Path profile = folder.resolve("device.json");
    String[] bench = {
      "bench",
      "device",
      "--model",
      SMALL_MODEL.toString(),
      "--profile",
      profile.toString(),
      "--warm-up",
      "10",
      "--passes",
      "10",
      "--out",
      folder.toString()
    };

    assertThat(
            Main.execute(
                "device",
                "profile",
                "-o",
                profile.toString(),
                "--name",
                "mine",
                "--round-micros=7"))
        .isZero();
    assertThat(ProfileFile.read(profile).transport().roundMicros()).isEqualTo(7);
    assertThat(ProfileFile.read(profile).device().maskNanosPerElement()).isPositive();
    assertThat(ProfileFile.read(profile).plain().weightNanos()).isPositive();
    assertThat(Main.execute(bench)).isZero();
    assertThat(folder.resolve("device-meter-digits.json"))
        .content()
        .contains("\"predictions\":[{\"by mine\":\"private pass, CPU ms\",\"predicted\":");
  }

  @Test
  void bench_withoutABenchmark_isBadUsage() {
    assertThat(Main.execute("bench")).isEqualTo(BAD_USAGE);
  }
}
