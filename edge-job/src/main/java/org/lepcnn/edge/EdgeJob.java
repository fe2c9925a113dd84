/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.text.Printable;
import org.lepcnn.flink.EdgePipeline;
import org.lepcnn.flink.EdgeSinks;
import org.lepcnn.flink.EdgeSources;
import org.lepcnn.flink.record.InboundRecord;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The ready job, for {@code flink run}.
 *
 * <p>Settings that the job makes itself: buffer timeout 0 (a round trip waits for no buffer to
 * fill), aligned checkpoints (no tensor is ever in one), no generic types, maximum parallelism
 * {@value EdgePipeline#MAX_PARALLELISM}. Parallelism and checkpoint interval are its options', else
 * the platform's; where the platform says nothing, there is a checkpoint every ten seconds, and the
 * sixth that fails in a row restarts the job. Everything else is the platform's configuration.
 *
 * <p>Wrong arguments and unreadable files are exceptions, which Flink's client prints.
 */
@Command(
    name = "edge-job",
    mixinStandardHelpOptions = true,
    description = "Answer masked requests from Kafka with masked results.")
public final class EdgeJob {
  static final String JOB_NAME = "lepcnn-edge";

  @Mixin private EdgeJobOptions options;

  private EdgeJob() {}

  /** Builds the job and executes it where Flink's client or cluster says. */
  public static void main(String[] args) throws Exception {
    EdgeJob job = new EdgeJob();
    CommandLine command = new CommandLine(job);
    try {
      command.parseArgs(args);
    } catch (CommandLine.ParameterException e) { // its message quotes arguments as they are
      throw new BadInputException("The edge job's arguments: " + Printable.line(e.getMessage()));
    }
    if (CommandLine.printHelpIfRequested(command.getParseResult())) {
      return;
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    build(env, job.options);
    env.execute(JOB_NAME);
  }

  /** Adds the whole job to an environment. */
  static void build(StreamExecutionEnvironment env, EdgeJobOptions options) {
    JobSettings settings = JobSettings.resolve(env.getConfiguration(), options);
    settings.log();
    env.configure(settings.changes());
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
}
