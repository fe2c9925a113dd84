/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.Json;
import org.lepcnn.kafka.access.AccessReport;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicReport;
import org.lepcnn.kafka.topic.TopicSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn topics create}. */
@Command(name = "topics", description = "Kafka topics.", subcommands = TopicsCommand.Create.class)
public final class TopicsCommand {
  private TopicsCommand() {}

  @Command(
      name = "create",
      description =
          "Create the topics of a gateway, and those that all gateways share, and say who may use them. What exists is left alone.")
  static final class Create implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Mixin private Output output;
    @Mixin private KafkaOptions kafka;
    @Mixin private AccessOptions access;
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

    @Option(
        names = "--min-insync-replicas",
        paramLabel = "N",
        description =
            "Copies that a write needs. Default: 2 for topics of three copies or more, else the broker's.")
    private Integer minInsyncReplicas;

    @Override
    public Integer call() {
      TopicSettings settings = topicSettings();
      access.check();
      try (TopicAdmin admin = TopicAdmin.connect(kafka.settings(), TIMEOUT)) {
        List<TopicReport> topics = kafka.ask(output, () -> admin.create(gateway, settings));
        List<AccessReport> rules =
            kafka.ask(output, () -> access.apply(kafka.settings(), gateway, TIMEOUT));
        EdgeProbe.Taken taken = probe.ask(admin, kafka, gateway);
        output.result(
            text(topics, rules) + "\n" + taken, json(topics, rules).put("edge", taken.name()));
        return status(topics);
      }
    }

    private TopicSettings topicSettings() {
      TopicSettings settings = TopicSettings.DEFAULT.withReplicationFactor(replicationFactor);
      if (partitions != null) {
        settings = settings.withPartitions(partitions);
      }
      return minInsyncReplicas == null
          ? settings
          : settings.withMinInsyncReplicas(minInsyncReplicas);
    }

    /** Whoever uses a topic that loses records is not told: the command has to. */
    private int status(List<TopicReport> topics) {
      List<String> lossy =
          topics.stream().filter(t -> !t.losses().isEmpty()).map(TopicReport::topic).toList();
      if (lossy.isEmpty()) {
        return 0;
      }
      EnvironmentException failure =
          new EnvironmentException(
              "Creating the topics of gateway "
                  + gateway
                  + ": expected that all keep what they are given; found settings that lose records"
                  + " of "
                  + String.join(", ", lossy)
                  + ". Correct each: kafka-configs.sh --alter --entity-type topics --entity-name"
                  + " TOPIC --add-config KEY=VALUE.");
      output.progress("lepcnn: " + failure.getMessage());
      return failure.exitStatus();
    }

    private static String text(List<TopicReport> reports, List<AccessReport> rules) {
      StringBuilder text = new StringBuilder();
      for (TopicReport report : reports) {
        text.append(report.created() ? "created  " : "exists   ")
            .append(report.topic())
            .append('\n');
        report
            .differences()
            .forEach(difference -> text.append("         ").append(difference).append('\n'));
        report
            .losses()
            .forEach(loss -> text.append("         LOSES RECORDS: ").append(loss).append('\n'));
      }
      for (AccessReport rule : rules) {
        text.append(rule.created() ? "created  " : "exists   ").append(rule.rule()).append('\n');
      }
      return text.toString().stripTrailing();
    }

    private static Json.JsonObject json(List<TopicReport> reports, List<AccessReport> rules) {
      Json.JsonArray topics = Json.array();
      for (TopicReport report : reports) {
        Json.JsonArray differences = Json.array();
        report.differences().forEach(differences::add);
        Json.JsonArray losses = Json.array();
        report.losses().forEach(losses::add);
        topics.add(
            Json.object()
                .put("topic", report.topic())
                .put("created", report.created())
                .put("differences", differences)
                .put("losses", losses));
      }
      Json.JsonArray access = Json.array();
      rules.forEach(
          rule ->
              access.add(Json.object().put("rule", rule.rule()).put("created", rule.created())));
      return Json.object().put("topics", topics).put("access", access);
    }
  }
}
