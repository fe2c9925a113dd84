/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.CommonClientConfigs;
import org.lepcnn.edge.LoopbackAddresses;
import org.lepcnn.flink.EdgeSinks;
import org.lepcnn.flink.EdgeSources;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.RecordTypes;

/**
 * The job in this process: {@code BOOTSTRAP REQUESTS RESULTS PARALLELISM OPERATOR ARGUMENT...}, the
 * operator and its arguments as {@link PlainOperator} says. Source, keying by device, sink, buffer
 * timeout and checkpoints are those of the edge job.
 */
public final class PlainJob {
  /** What the process prints when the job is submitted. */
  public static final String STARTED = "plain job started";

  private static final int FIRST_ARGUMENT = 5;

  private PlainJob() {}

  public static void main(String[] args) throws Exception {
    int parallelism = Integer.parseInt(args[3]);
    PlainOperator operator = PlainOperator.valueOf(args[4]);
    List<String> arguments = Arrays.asList(args).subList(FIRST_ARGUMENT, args.length);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration());
    build(env, args[0], args[1], args[2], operator, arguments);
    var job = env.executeAsync(operator.name());
    System.out.println(STARTED);
    job.getJobExecutionResult().get();
  }

  private static void build(
      StreamExecutionEnvironment env,
      String bootstrapServers,
      String requests,
      String results,
      PlainOperator operator,
      List<String> arguments) {
    Properties client = new Properties();
    client.setProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    env.fromSource(
            EdgeSources.requests(client)
                .topics(Pattern.compile(Pattern.quote(requests)))
                .group(operator.name())
                .build(),
            WatermarkStrategy.noWatermarks(),
            "requests")
        .map(
            record ->
                new OutgoingRecord(
                    results, PlainRecord.decode(record.value()).device(), record.value()))
        .returns(RecordTypes.OUTGOING)
        .name("decode")
        .keyBy(OutgoingRecord::key, Types.STRING)
        .flatMap(function(operator, arguments))
        .returns(RecordTypes.OUTGOING)
        .name(operator.name())
        .sinkTo(EdgeSinks.records(client, EdgeSinks.Delivery.AT_LEAST_ONCE, operator.name()))
        .name("results");
  }

  private static FlatMapFunction<OutgoingRecord, OutgoingRecord> function(
      PlainOperator operator, List<String> arguments) {
    return switch (operator) {
      case INFERENCE ->
          new PlainInference(
              arguments.get(0), arguments.stream().skip(1).map(PlainInput::parse).toList());
      case ECHO -> new PlainEcho();
    };
  }

  private static Configuration configuration() {
    Configuration configuration = LoopbackAddresses.in(new Configuration());
    configuration.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ZERO);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
    return configuration;
  }
}
