/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.text.CapturedLog;
import org.lepcnn.edge.JobSettings.Origin;
import org.lepcnn.edge.JobSettings.Setting;
import picocli.CommandLine;

/** Who decides which setting of the job. */
class JobSettingsTest {
  private static final Map<String, String> SAID =
      Map.of(
          "parallelism.default", "3",
          "execution.checkpointing.interval", "7 s",
          "execution.checkpointing.mode", "AT_LEAST_ONCE",
          "execution.checkpointing.tolerable-failed-checkpoints", "2",
          "execution.checkpointing.timeout", "5 min",
          "execution.checkpointing.min-pause", "1 s",
          "restart-strategy.type", "fixed-delay",
          "restart-strategy.fixed-delay.attempts", "77");

  private static EdgeJobOptions options(String... more) {
    EdgeJobOptions options = new EdgeJobOptions();
    List<String> arguments = new ArrayList<>(List.of("--bootstrap-server", "localhost:9"));
    arguments.addAll(List.of("--admission", "open", "--model-dir", "/models/meter"));
    arguments.addAll(List.of(more));
    new CommandLine(options).parseArgs(arguments.toArray(new String[0]));
    return options;
  }

  private static JobSettings resolve(Map<String, String> platform, String... more) {
    return JobSettings.resolve(Configuration.fromMap(platform), options(more));
  }

  private static Setting setting(JobSettings settings, String key) {
    return settings.resolved().stream()
        .filter(each -> each.key().equals(key))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatThePlatformSays_isKept() {
    JobSettings settings = resolve(SAID);
    for (String key : SAID.keySet()) {
      assertThat(settings.changes().containsKey(key)).as(key).isFalse();
    }
    assertThat(setting(settings, "parallelism.default"))
        .isEqualTo(new Setting("parallelism.default", "3", Origin.PLATFORM, Optional.empty(), ""));
    assertThat(setting(settings, "execution.checkpointing.mode").origin())
        .isEqualTo(Origin.PLATFORM);
  }

  @Test
  void whatThePlatformSays_reachesTheGraph() {
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(Configuration.fromMap(SAID));
    EdgeJob.build(env, options());
    StreamGraph graph = env.getStreamGraph();
    assertThat(graph.getStreamNodes())
        .allSatisfy(node -> assertThat(node.getParallelism()).isEqualTo(3));
    assertThat(graph.getCheckpointConfig().getCheckpointInterval()).isEqualTo(7_000);
    assertThat(graph.getCheckpointConfig().getCheckpointTimeout()).isEqualTo(300_000);
    assertThat(graph.getCheckpointConfig().getTolerableCheckpointFailureNumber()).isEqualTo(2);
    assertThat(graph.getCheckpointConfig().getCheckpointingConsistencyMode())
        .isEqualTo(CheckpointingMode.AT_LEAST_ONCE);
    assertThat(graph.getJobConfiguration().toMap())
        .containsEntry("restart-strategy.type", "fixed-delay")
        .containsEntry("restart-strategy.fixed-delay.attempts", "77");
  }

  @Test
  void silentPlatform_getsCheckpointsThatMayFailSometimes_andDecidesRestartsItself() {
    JobSettings settings = resolve(Map.of());
    Configuration changes = settings.changes();
    assertThat(changes.get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
        .isEqualTo(Duration.ofSeconds(10));
    assertThat(changes.get(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER)).isEqualTo(5);
    assertThat(changes.contains(CoreOptions.DEFAULT_PARALLELISM)).isFalse();
    assertThat(changes.keySet()).noneMatch(key -> key.startsWith("restart-strategy"));
    assertThat(setting(settings, "parallelism.default").value()).isEqualTo("1");
    assertThat(setting(settings, "execution.checkpointing.mode").value()).isEqualTo("EXACTLY_ONCE");
  }

  @Test
  void optionsOfTheJob_win() {
    JobSettings settings = resolve(SAID, "--parallelism", "5", "--checkpoint-interval", "250");
    assertThat(settings.changes().get(CoreOptions.DEFAULT_PARALLELISM)).isEqualTo(5);
    assertThat(settings.changes().get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
        .isEqualTo(Duration.ofMillis(250));
    assertThat(setting(settings, "parallelism.default").overruled()).contains("3");
    assertThat(setting(settings, "execution.checkpointing.interval").origin())
        .isEqualTo(Origin.OPTION);
  }

  @ParameterizedTest
  @CsvSource({
    "execution.buffer-timeout.enabled,          false,  true",
    "execution.buffer-timeout.interval,         55 ms,  0 ms",
    "pipeline.max-parallelism,                  64,     128",
    "pipeline.generic-types,                    true,   false",
    "execution.checkpointing.unaligned.enabled, true,   false",
    "execution.checkpointing.unaligned,         true,   false",
  })
  void whatCorrectnessNeeds_isSetAnyway_andTheLogSaysSo(String key, String platform, String value) {
    try (CapturedLog log = CapturedLog.of(JobSettings.class)) {
      JobSettings settings = resolve(Map.of(key, platform));
      settings.log();
      assertThat(settings.resolved())
          .filteredOn(each -> each.overruled().isPresent())
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each.key()).startsWith(key);
                assertThat(each.value()).isEqualTo(value);
                assertThat(each.origin()).isEqualTo(Origin.REQUIRED);
              });
      assertThat(log.warnings())
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .contains(key, " to " + value, "over the platform's " + platform));
    }
  }

  @Test
  void exactlyOnceDelivery_needsExactlyOnceCheckpoints() {
    JobSettings settings = resolve(SAID, "--delivery", "exactly-once");
    assertThat(settings.changes().get(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE))
        .isEqualTo(CheckpointingMode.EXACTLY_ONCE);
    assertThat(setting(settings, "execution.checkpointing.mode").overruled())
        .contains("AT_LEAST_ONCE");
  }

  /** With {@code execution.program-config.enabled: false}, a job may not change anything. */
  @Test
  void platformThatSaysEverything_isNotTouched() {
    Configuration platform = Configuration.fromMap(SAID);
    platform.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ZERO);
    platform.set(PipelineOptions.MAX_PARALLELISM, 128);
    platform.set(PipelineOptions.GENERIC_TYPES, false);
    assertThat(JobSettings.resolve(platform, options()).changes().toMap()).isEmpty();
  }

  @Test
  void valuesThatCannotBe_areBadInput() {
    assertThatThrownBy(() -> resolve(Map.of("parallelism.default", "129")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("parallelism.default");
    assertThatThrownBy(() -> resolve(Map.of(), "--parallelism", "0"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--parallelism");
    for (String interval : List.of("9", "86400001", "-1")) {
      assertThatThrownBy(() -> resolve(Map.of(), "--checkpoint-interval", interval))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("--checkpoint-interval");
    }
  }

  /** The table "Who decides" of the page on the edge job, row by row. */
  @Test
  void documentedTable_isTrue() throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("../docs/operations/edge.md"))) {
      if (line.matches("\\| `[a-z.-]+` \\| (required|option|platform) \\|.*")) {
        rows.add(line.replaceAll("\\| `([a-z.-]+)` \\| [a-z]+ \\| `?([^|`]*)`? \\|.*", "$1=$2"));
      }
    }
    List<String> silent =
        resolve(Map.of()).resolved().stream().map(each -> each.key() + "=" + each.value()).toList();
    assertThat(rows).containsExactlyInAnyOrderElementsOf(silent);
  }

  @Test
  void secretsOfTheClient_doNotTravelInTheJob() {
    Configuration client = Configuration.fromMap(SAID);
    client.setString("security.ssl.rest.keystore-password", "correct-horse");
    client.setString("security.ssl.rest.key-password", "battery-staple");
    Configuration open = ClusterSettings.withoutSecrets(client);
    assertThat(open.toMap()).isEqualTo(SAID);
  }
}
