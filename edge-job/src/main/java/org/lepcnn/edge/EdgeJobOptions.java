/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.flink.EdgePipeline;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.EdgeSinks;
import org.lepcnn.flink.EdgeSources;
import org.lepcnn.flink.answer.KafkaTopicViews;
import org.lepcnn.flink.batch.BatchSettings;
import org.lepcnn.flink.control.EdgeServices;
import org.lepcnn.flink.decode.AssemblyLimits;
import org.lepcnn.flink.guard.GuardLimits;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.kafka.client.ClientSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that the ready job and the in-process edge share. */
final class EdgeJobOptions {
  private static final long MIB = 1L << 20;
  private static final long MAX_READY_WAIT_MILLIS = 3_600_000;
  private static final long MIN_CHECKPOINT_MILLIS = 10;
  private static final long MAX_CHECKPOINT_MILLIS = 86_400_000;
  private static final String PROVIDER = "file";

  @Option(
      names = "--bootstrap-server",
      required = true,
      paramLabel = "HOST:PORT[,...]",
      description = "The Kafka brokers to connect to first, separated by commas.")
  String bootstrapServer;

  @Option(
      names = "--client-config",
      paramLabel = "FILE",
      description =
          "Kafka client properties, for security and tuning. The file must have the same"
              + " path on the JobManager and every TaskManager, so that no secret is in the"
              + " job.")
  Path clientConfig;

  @Mixin AdmissionOptions admission;

  @Option(
      names = "--kernel",
      defaultValue = "",
      paramLabel = Kernels.CHOICE,
      description =
          "The kernel that computes layers. Default: the fastest that passes its"
              + " self-test on each machine.")
  String kernel;

  @Option(
      names = "--allow-scalar",
      description =
          "Serve models with an expensive layer for which only the scalar kernel is"
              + " exact. Default: refuse them.")
  boolean allowScalar;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description =
          "Subtasks of every operator, at most 128. Default: the platform's,"
              + " parallelism.default; else 1.")
  Integer parallelism;

  @Option(
      names = "--delivery",
      defaultValue = "at-least-once",
      paramLabel = "MODE",
      description =
          "Delivery of results: at-least-once or exactly-once. Default: ${DEFAULT-VALUE}.")
  String delivery;

  @Option(
      names = "--start",
      defaultValue = "earliest",
      paramLabel = "WHERE",
      description =
          "Where to start reading without committed offsets: earliest or latest. Default:"
              + " ${DEFAULT-VALUE}.")
  String start;

  @Option(
      names = "--group",
      defaultValue = "lepcnn-edge",
      paramLabel = "ID",
      description =
          "The consumer group, and the prefix of transactional ids. Default: ${DEFAULT-VALUE}.")
  String group;

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "MILLIS",
      description =
          "Time between checkpoints. Default: the platform's,"
              + " execution.checkpointing.interval; else 10000.")
  Long checkpointMillis;

  @Option(
      names = "--discovery-interval",
      defaultValue = "10000",
      paramLabel = "MILLIS",
      description =
          "How often the job looks for topics of new gateways. Default: ${DEFAULT-VALUE}.")
  long discoveryMillis;

  @Option(
      names = "--max-batch",
      defaultValue = "8",
      paramLabel = "N",
      description = "The most requests that a kernel computes together. Default: ${DEFAULT-VALUE}.")
  int maxBatch;

  @Option(
      names = "--max-wait",
      defaultValue = "0",
      paramLabel = "MILLIS",
      description =
          "How long a free kernel waits for more requests to compute together. Default:"
              + " ${DEFAULT-VALUE}.")
  long maxWaitMillis;

  @Option(
      names = "--kernel-threads",
      defaultValue = "1",
      paramLabel = "N",
      description = "Kernel threads of each subtask. Default: ${DEFAULT-VALUE}.")
  int kernelThreads;

  @Option(
      names = "--assembly-timeout",
      defaultValue = "10000",
      paramLabel = "MILLIS",
      description =
          "Drop an incomplete round after this time without a new chunk. Default:"
              + " ${DEFAULT-VALUE}.")
  long assemblyMillis;

  @Option(
      names = "--assembly-round-timeout",
      paramLabel = "MILLIS",
      description =
          "Drop an incomplete round this time after its first chunk. Default: three times"
              + " --assembly-timeout.")
  Long assemblyRoundMillis;

  @Option(
      names = "--assembly-mib-per-device",
      defaultValue = "128",
      paramLabel = "MIB",
      description = "Memory, in MiB, for a device's incomplete rounds. Default: ${DEFAULT-VALUE}.")
  long assemblyMibPerDevice;

  @Option(
      names = "--assembly-mib-per-subtask",
      defaultValue = "256",
      paramLabel = "MIB",
      description = "Memory, in MiB, for a subtask's incomplete rounds. Default: ${DEFAULT-VALUE}.")
  long assemblyMibPerSubtask;

  @Option(
      names = "--ready-wait",
      defaultValue = "30000",
      paramLabel = "MILLIS",
      description =
          "How long a task waits for the control topics and the models at its start,"
              + " before it reads requests. Default: ${DEFAULT-VALUE}.")
  long readyWaitMillis;

  /**
   * The Kafka client properties: the bootstrap servers, and a reference to every setting of the
   * file. Whoever makes a client reads the file then, on its own machine: what travels in the job,
   * is kept for recovery or shown by Flink holds no value of it. A file that uses configuration
   * providers itself (for secrets from the environment, say) is taken as it is.
   */
  Properties client() {
    ClientSettings checked = clientSettings();
    Map<String, String> user = user();
    Properties client = new Properties();
    if (user.containsKey(AbstractConfig.CONFIG_PROVIDERS_CONFIG)) {
      client.putAll(user);
    } else if (!user.isEmpty()) {
      client.setProperty(AbstractConfig.CONFIG_PROVIDERS_CONFIG, PROVIDER);
      client.setProperty(
          AbstractConfig.CONFIG_PROVIDERS_CONFIG + "." + PROVIDER + ".class",
          FileConfigProvider.class.getName());
      user.keySet().forEach(key -> client.setProperty(key, reference(key)));
    }
    client.setProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, checked.bootstrapServers());
    return client;
  }

  private String reference(String key) {
    String file = clientConfig.toAbsolutePath().toString();
    if (file.indexOf(':') >= 0 || file.indexOf('}') >= 0) {
      throw bad("--client-config", "a path without ':' and '}'", file);
    }
    return "${" + PROVIDER + ":" + file + ":" + key + "}";
  }

  /** The same, checked: unknown settings are refused. */
  ClientSettings clientSettings() {
    return ClientSettings.of(bootstrapServer, user());
  }

  private Map<String, String> user() {
    return clientConfig == null ? Map.of() : ClientSettings.load(clientConfig);
  }

  EdgeSettings settings() {
    BatchSettings batch =
        new BatchSettings(
            kernelThreads,
            maxBatch,
            maxWaitMillis,
            Math.max(BatchSettings.DEFAULT.queuedRequests(), 2 * maxBatch),
            BatchSettings.DEFAULT.queuedBytes());
    return new EdgeSettings(
        new EdgeServices(
            admission.control(client(), kernel, allowScalar),
            new KafkaTopicViews(client()),
            readyWait(),
            ModelWarmUp.NONE),
        assembly(),
        GuardLimits.DEFAULT,
        batch);
  }

  private AssemblyLimits assembly() {
    long device = assemblyMibPerDevice * MIB;
    long subtask = assemblyMibPerSubtask * MIB;
    return assemblyRoundMillis == null
        ? new AssemblyLimits(device, subtask, assemblyMillis)
        : new AssemblyLimits(device, subtask, assemblyMillis, assemblyRoundMillis);
  }

  private Duration readyWait() {
    if (readyWaitMillis < 0 || readyWaitMillis > MAX_READY_WAIT_MILLIS) {
      throw bad("--ready-wait", "0 to " + MAX_READY_WAIT_MILLIS, "" + readyWaitMillis);
    }
    return Duration.ofMillis(readyWaitMillis);
  }

  EdgeSinks.Delivery delivery() {
    return switch (delivery) {
      case "at-least-once" -> EdgeSinks.Delivery.AT_LEAST_ONCE;
      case "exactly-once" -> EdgeSinks.Delivery.EXACTLY_ONCE;
      default -> throw bad("--delivery", "at-least-once or exactly-once", delivery);
    };
  }

  EdgeSources.Start start() {
    return switch (start) {
      case "earliest" -> EdgeSources.Start.EARLIEST;
      case "latest" -> EdgeSources.Start.LATEST;
      default -> throw bad("--start", "earliest or latest", start);
    };
  }

  /** What the command line says about parallelism. */
  Optional<Integer> parallelism() {
    if (parallelism != null && (parallelism < 1 || parallelism > EdgePipeline.MAX_PARALLELISM)) {
      throw bad("--parallelism", "1 to " + EdgePipeline.MAX_PARALLELISM, "" + parallelism);
    }
    return Optional.ofNullable(parallelism);
  }

  /** What the command line says about the time between checkpoints. */
  Optional<Duration> checkpointInterval() {
    if (checkpointMillis != null
        && (checkpointMillis < MIN_CHECKPOINT_MILLIS || checkpointMillis > MAX_CHECKPOINT_MILLIS)) {
      throw bad(
          "--checkpoint-interval",
          MIN_CHECKPOINT_MILLIS + " to " + MAX_CHECKPOINT_MILLIS,
          "" + checkpointMillis);
    }
    return Optional.ofNullable(checkpointMillis).map(Duration::ofMillis);
  }

  private static BadInputException bad(String option, String expected, String found) {
    return BadInputException.about(option).expected(expected).found("'" + found + "'");
  }
}
