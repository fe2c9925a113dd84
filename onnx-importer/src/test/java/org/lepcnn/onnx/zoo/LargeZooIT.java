/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/**
 * The networks whose files are larger than 100 MB, each in a process with the heap it needs. VGG16
 * takes a minute and runs with {@code -Dlepcnn.zoo.full=true} only.
 */
class LargeZooIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"alexnet, 8, 3", "vgg16, 16, 5", "resnet50, 50, 2"})
  void aLargeNetwork_isOffloadedWholeInFewRounds(String name, int maxRounds, int heapGiB)
      throws Exception {
    Assumptions.assumeTrue(
        !name.equals("vgg16") || Boolean.getBoolean("lepcnn.zoo.full"),
        "VGG16 runs with -Dlepcnn.zoo.full=true");
    long needed = (heapGiB + 2L) << 30;
    Assumptions.assumeTrue(
        physicalMemory() >= needed,
        () -> "skipped: importing " + name + " needs " + (needed >> 30) + " GiB of memory");
    ProcessSpec spec =
        new ProcessSpec(
                "import-" + name,
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)),
                ZooImportMain.class.getName(),
                List.of(name, folder.toString()),
                folder.resolve("import.log"))
            .withJvmArguments(List.of("-Xmx" + heapGiB + "g", "-XX:+UseParallelGC"));
    try (ManagedProcess process = ManagedProcess.start(spec)) {
      assertThat(process.awaitExit(LIMIT)).as(process.logTail()).isZero();
    }

    String[] result = Files.readString(folder.resolve("result")).split(" ");
    assertThat(Integer.parseInt(result[0])).isLessThanOrEqualTo(maxRounds);
    assertThat(Double.parseDouble(result[1])).isGreaterThanOrEqualTo(0.999);
    assertThat(Long.parseLong(result[2])).isEqualTo(ZooModel.named(name).count().macs());
  }

  private static long physicalMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }
}
