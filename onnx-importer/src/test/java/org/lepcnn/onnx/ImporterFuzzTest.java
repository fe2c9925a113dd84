/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.fuzz.FuzzCampaign;
import org.lepcnn.onnx.run.RunLimits;
import org.lepcnn.process.ProcessSpec;

/**
 * Damaged models give a bundle or a typed error, nothing else: no crash of the process that ONNX
 * Runtime runs in, no end of time or memory. Models may take 1 GiB and 2 s here, the process 4 GiB
 * and 60 s.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.importer=N} and {@code
 * -Dfuzz.seed=S}; {@link #main} does the same on a class path, from any number on.
 */
@Tag("slow")
class ImporterFuzzTest {
  private static final FuzzCampaign.Limits LIMITS =
      new FuzzCampaign.Limits(Duration.ofSeconds(60), 4L << 30);

  @TempDir Path folder;

  @Test
  void damagedModels_giveABundleOrATypedError() throws Exception {
    long count = Long.getLong("fuzz.importer", 1500);
    long most = count + 2_000;
    long seed = Long.getLong("fuzz.seed", 42);
    FuzzCampaign campaign = run(folder, seed, 0, count);
    while (count < most && (campaign.taken() == 0 || campaign.refused() == 0)) {
      campaign.run(seed, count, count + 100);
      count += 100;
    }

    System.out.printf(
        "Damaged models: %d imported, %d refused%n", campaign.taken(), campaign.refused());
    assertThat(campaign.findings()).isEmpty();
    assertThat(campaign.taken()).isPositive();
    assertThat(campaign.refused()).isPositive();
    assertThat(campaign.taken() + campaign.refused()).isEqualTo(count);
  }

  /**
   * Some crash ONNX Runtime, and so the process; no other harm is done, and {@link ImportTrial}
   * refuses those.
   */
  @Test
  void hostileModels_areImportedOrRefused_orCaughtByTheTrial() throws Exception {
    List<ModelProto> models = HostileModels.models();
    FuzzCampaign campaign = run(folder, ImporterFuzzMain.HOSTILE, 0, models.size());

    System.out.printf(
        "Hostile models: %d imported, %d refused, %s crash ONNX Runtime%n",
        campaign.taken(), campaign.refused(), campaign.deaths());
    assertThat(campaign.findings()).hasSameSizeAs(campaign.deaths());
    assertThat(campaign.taken() + campaign.refused() + campaign.deaths().size())
        .isEqualTo(models.size());
    for (long crash : campaign.deaths()) {
      Path file = folder.resolve("crash.onnx");
      Files.write(file, models.get((int) crash).toByteArray());
      assertThatThrownBy(() -> ImportTrial.importModel(file, ImportOptions.defaults()))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("crashed the process");
    }
  }

  /** Arguments: folder, seed, first number, number behind the last. Prints what was found. */
  public static void main(String[] args) throws Exception {
    FuzzCampaign campaign =
        run(
            Files.createDirectories(Path.of(args[0])),
            Long.parseLong(args[1]),
            Long.parseLong(args[2]),
            Long.parseLong(args[3]));
    campaign.findings().forEach(System.out::println);
    System.out.printf(
        "%d imported, %d refused, %d findings%n",
        campaign.taken(), campaign.refused(), campaign.findings().size());
  }

  private static FuzzCampaign run(Path folder, long seed, long from, long to) throws Exception {
    ProcessSpec child =
        new ProcessSpec(
            "importer-fuzz",
            List.of(System.getProperty("java.class.path").split(File.pathSeparator)),
            ImporterFuzzMain.class.getName(),
            List.of(),
            List.of(
                "-Xmx1g",
                "-XX:+SuppressFatalErrorMessage",
                "-D" + RunLimits.MAX_SECONDS_PROPERTY + "=2",
                "-D" + RunLimits.MAX_BYTES_PROPERTY + "=" + (1L << 30)),
            Map.of("ORT_DISABLE_TELEMETRY", "1", "OMP_NUM_THREADS", "1"),
            folder.resolve("child.log"));
    FuzzCampaign campaign = new FuzzCampaign(child, folder, LIMITS);
    campaign.run(seed, from, to);
    return campaign;
  }
}
