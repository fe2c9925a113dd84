/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import java.time.Duration;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.lepcnn.flink.record.InboundRecord;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The ready job, for {@code flink run}.
 *
 * <p>Settings that the job makes itself: buffer timeout 0 (a round trip waits for no buffer to
 * fill), aligned exactly-once checkpoints (no tensor is ever in one), restarts with exponential
 * delay without a limit, no generic types, maximum parallelism {@value
 * EdgePipeline#MAX_PARALLELISM}. Everything else is the cluster's configuration.
 *
 * <p>Wrong arguments and unreadable files are exceptions, which Flink's client prints.
 */
@Command(
    name = "edge-job",
    mixinStandardHelpOptions = true,
    description = "Answers masked requests from Kafka with masked results.")
public final class EdgeJob {
  static final String JOB_NAME = "lepcnn-edge";

  @Mixin private EdgeJobOptions options;

  private EdgeJob() {}

  /** Builds the job and executes it where Flink's client or cluster says. */
  public static void main(String[] args) throws Exception {
    EdgeJob job = new EdgeJob();
    CommandLine command = new CommandLine(job);
    command.parseArgs(args);
    if (CommandLine.printHelpIfRequested(command.getParseResult())) {
      return;
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    build(env, job.options);
    env.execute(JOB_NAME);
  }

  /** Adds the whole job to an environment. */
  static void build(StreamExecutionEnvironment env, EdgeJobOptions options) {
    env.configure(configuration(options));
    env.setMaxParallelism(EdgePipeline.MAX_PARALLELISM);
    env.setParallelism(options.parallelism());
    Properties client = options.client();
    DataStream<InboundRecord> requests =
        env.fromSource(
                EdgeSources.requests(client)
                    .group(options.group)
                    .start(options.start())
                    .discoveryMillis(options.discoveryMillis)
                    .build(),
                WatermarkStrategy.noWatermarks(),
                "requests")
            .uid("lepcnn-requests");
    EdgePipeline.Streams streams = EdgePipeline.apply(requests, options.settings());
    streams
        .results()
        .sinkTo(EdgeSinks.records(client, options.delivery(), options.group + "-results"))
        .name("results")
        .uid("lepcnn-results");
    streams
        .notices()
        .sinkTo(EdgeSinks.records(client, options.delivery(), options.group + "-notices"))
        .name("notices")
        .uid("lepcnn-notices");
  }

  private static Configuration configuration(EdgeJobOptions options) {
    Configuration configuration = new Configuration();
    configuration.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ZERO);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(
        CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(options.checkpointMillis));
    configuration.set(
        CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
    configuration.set(CheckpointingOptions.ENABLE_UNALIGNED, false);
    configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
        Duration.ofMillis(500));
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
        Duration.ofSeconds(30));
    return configuration;
  }
}
