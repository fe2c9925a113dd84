/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.lepcnn.core.io.Json;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicReport;
import org.lepcnn.kafka.topic.TopicSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn topics create}. */
@Command(name = "topics", description = "Kafka topics.", subcommands = TopicsCommand.Create.class)
final class TopicsCommand {
  private TopicsCommand() {}

  @Command(
      name = "create",
      description =
          "Create the topics of a gateway, and those that all gateways share. Topics that exist are left alone.")
  static final class Create implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Mixin private Output output;
    @Mixin private KafkaOptions kafka;
    @Mixin private EdgeProbe probe;

    @Option(
        names = "--gateway",
        required = true,
        paramLabel = "NAME",
        description = "The gateway's name.")
    private String gateway;

    @Option(
        names = "--replication-factor",
        paramLabel = "N",
        defaultValue = "-1",
        description = "Copies of each partition. Default: the broker's.")
    private int replicationFactor;

    @Option(
        names = "--partitions",
        paramLabel = "N",
        description = "Partitions of each topic. Default: 4.")
    private Integer partitions;

    @Override
    public Integer call() {
      TopicSettings settings = TopicSettings.DEFAULT.withReplicationFactor(replicationFactor);
      if (partitions != null) {
        settings = settings.withPartitions(partitions);
      }
      try (TopicAdmin admin = TopicAdmin.connect(kafka.settings(), TIMEOUT)) {
        List<TopicReport> reports = admin.create(gateway, settings);
        EdgeProbe.Taken taken = probe.ask(admin, kafka, gateway);
        output.result(text(reports) + "\n" + taken, json(reports).put("edge", taken.name()));
      }
      return 0;
    }

    private static String text(List<TopicReport> reports) {
      StringBuilder text = new StringBuilder();
      for (TopicReport report : reports) {
        text.append(report.created() ? "created  " : "exists   ")
            .append(report.topic())
            .append('\n');
        report
            .differences()
            .forEach(difference -> text.append("         ").append(difference).append('\n'));
      }
      return text.toString().stripTrailing();
    }

    private static Json.JsonObject json(List<TopicReport> reports) {
      Json.JsonArray topics = Json.array();
      for (TopicReport report : reports) {
        Json.JsonArray differences = Json.array();
        report.differences().forEach(differences::add);
        topics.add(
            Json.object()
                .put("topic", report.topic())
                .put("created", report.created())
                .put("differences", differences));
      }
      return Json.object().put("topics", topics);
    }
  }
}
