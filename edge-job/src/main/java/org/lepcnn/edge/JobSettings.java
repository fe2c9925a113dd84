/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.execution.CheckpointingMode;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.flink.EdgePipeline;
import org.lepcnn.flink.EdgeSinks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ready job makes of the platform's configuration: it sets what correctness needs and what
 * its own options say, and defaults two settings where the platform is silent. Everything else
 * stays as the platform has it; the restart strategy above all, which the JobManager takes from its
 * own configuration when a job says nothing.
 */
final class JobSettings {
  /** Time between checkpoints where neither options nor platform say one; Flink would make none. */
  static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);

  /**
   * Failed checkpoints in a row that a job outlives where the platform says nothing: a minute of
   * them at the default interval. Then it fails, with the cause, and is restarted.
   */
  static final int TOLERABLE_FAILED_CHECKPOINTS = 5;

  private static final Logger LOG = LoggerFactory.getLogger(JobSettings.class);

  private final ReadableConfig platform;
  private final Configuration changes = new Configuration();
  private final List<Setting> resolved = new ArrayList<>();

  private JobSettings(ReadableConfig platform) {
    this.platform = platform;
  }

  /** Who decided a setting. */
  enum Origin {
    /** The job, because correctness needs this value. */
    REQUIRED,
    /** An option of the job. */
    OPTION,
    /** The platform: configuration files, {@code -D}, {@code flink run -p}, a deployment. */
    PLATFORM,
    /** Nobody: the job's default, or Flink's. */
    DEFAULT
  }

  /**
   * One setting.
   *
   * @param key Flink's name
   * @param value what holds
   * @param origin who decided
   * @param overruled what the platform had said, when that does not hold
   * @param why the reason, for people
   */
  record Setting(String key, String value, Origin origin, Optional<String> overruled, String why) {}

  /**
   * Decides every setting that the job looks at.
   *
   * @param platform the configuration of the environment that the job is built in
   * @throws BadInputException when options or platform say what cannot be
   */
  static JobSettings resolve(ReadableConfig platform, EdgeJobOptions options) {
    JobSettings settings = new JobSettings(platform);
    settings.require();
    if (options.delivery() == EdgeSinks.Delivery.EXACTLY_ONCE) {
      settings.require(
          CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE,
          CheckpointingMode.EXACTLY_ONCE,
          "--delivery exactly-once needs it");
    } else {
      settings.keep(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE);
    }
    settings.choose(
        CoreOptions.DEFAULT_PARALLELISM,
        options.parallelism(),
        CoreOptions.DEFAULT_PARALLELISM.defaultValue(),
        "--parallelism");
    settings.choose(
        CheckpointingOptions.CHECKPOINTING_INTERVAL,
        options.checkpointInterval(),
        CHECKPOINT_INTERVAL,
        "--checkpoint-interval");
    settings.choose(
        CheckpointingOptions.TOLERABLE_FAILURE_NUMBER,
        Optional.empty(),
        TOLERABLE_FAILED_CHECKPOINTS,
        "");
    settings.checkParallelism();
    return settings;
  }

  private void require() {
    String latency = "a round trip would wait for buffers to fill";
    require(ExecutionOptions.BUFFER_TIMEOUT_ENABLED, true, latency);
    require(ExecutionOptions.BUFFER_TIMEOUT, Duration.ZERO, latency);
    require(
        PipelineOptions.MAX_PARALLELISM,
        EdgePipeline.MAX_PARALLELISM,
        "the guard's state is divided so for ever");
    require(PipelineOptions.GENERIC_TYPES, false, "all records have serializers of their own");
    require(
        CheckpointingOptions.ENABLE_UNALIGNED, false, "a checkpoint would hold tensors in flight");
  }

  /** What {@link org.apache.flink.streaming.api.environment.StreamExecutionEnvironment} lacks. */
  Configuration changes() {
    return new Configuration(changes);
  }

  /** All settings that were decided, in a fixed order. */
  List<Setting> resolved() {
    return List.copyOf(resolved);
  }

  /** Says what holds, and warns of what the platform said in vain. */
  void log() {
    LOG.info(
        "settings of the job: {}",
        resolved.stream()
            .map(each -> each.key() + "=" + each.value() + " (" + each.origin() + ")")
            .collect(Collectors.joining(", ")));
    for (Setting each : resolved) {
      each.overruled()
          .ifPresent(
              said ->
                  LOG.warn(
                      "the job sets {} to {} over the platform's {}: {}",
                      each.key(),
                      each.value(),
                      said,
                      each.why()));
    }
  }

  /** Sets a value unless it holds already, so that a platform that forbids changes can allow it. */
  private <T> void require(ConfigOption<T> option, T value, String why) {
    overrule(option, value, Origin.REQUIRED, why);
  }

  private <T> void choose(
      ConfigOption<T> option, Optional<T> asked, T silent, String nameOfOption) {
    if (asked.isPresent()) {
      overrule(option, asked.get(), Origin.OPTION, nameOfOption + " says so");
    } else if (platform.getOptional(option).isPresent()) {
      keep(option);
    } else {
      overrule(option, silent, Origin.DEFAULT, "nobody says anything else");
    }
  }

  private <T> void overrule(ConfigOption<T> option, T value, Origin origin, String why) {
    boolean holds = value.equals(platform.get(option));
    if (!holds) {
      changes.set(option, value);
    }
    Optional<String> said =
        holds ? Optional.empty() : platform.getOptional(option).map(JobSettings::text);
    resolved.add(new Setting(option.key(), text(value), origin, said, why));
  }

  private <T> void keep(ConfigOption<T> option) {
    Origin origin = platform.getOptional(option).isPresent() ? Origin.PLATFORM : Origin.DEFAULT;
    String value = text(platform.get(option));
    resolved.add(new Setting(option.key(), value, origin, Optional.empty(), ""));
  }

  private static String text(Object value) {
    return value instanceof Duration duration ? duration.toMillis() + " ms" : value.toString();
  }

  private void checkParallelism() {
    int parallelism =
        changes
            .getOptional(CoreOptions.DEFAULT_PARALLELISM)
            .orElseGet(() -> platform.get(CoreOptions.DEFAULT_PARALLELISM));
    if (parallelism < 1 || parallelism > EdgePipeline.MAX_PARALLELISM) {
      throw BadInputException.about("Parallelism of the edge job")
          .expected("1 to " + EdgePipeline.MAX_PARALLELISM)
          .found(parallelism, "See --parallelism, flink run -p and parallelism.default.");
    }
  }
}
