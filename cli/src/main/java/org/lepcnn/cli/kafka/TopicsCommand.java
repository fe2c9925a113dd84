/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.json.Result;
import org.lepcnn.kafka.access.AccessReport;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicReport;
import org.lepcnn.kafka.topic.TopicSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn topics create}. */
@Command(
    name = "topics",
    description = "Create the Kafka topics of a gateway.",
    subcommands = TopicsCommand.Create.class)
public final class TopicsCommand {
  private TopicsCommand() {}

  @Command(
      name = "create",
      description =
          "Create the topics of a gateway and those that all gateways share, and, with --acls, say who may use them. Existing topics stay as they are.")
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
        output.result(new Created(topics, rules, taken));
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
          EnvironmentException.about("Creating the topics of gateway " + gateway)
              .expected("settings under which no topic loses records")
              .found(
                  "others at " + String.join(", ", lossy),
                  "Correct each: kafka-configs.sh --alter --entity-type topics --entity-name TOPIC --add-config KEY=VALUE.");
      output.progress("lepcnn: " + failure.getMessage());
      return failure.exitStatus();
    }

    private record Created(
        List<TopicReport> topics, List<AccessReport> access, EdgeProbe.Taken edge)
        implements Result {
      @Override
      public String text() {
        StringBuilder text = new StringBuilder();
        for (TopicReport topic : topics) {
          text.append(mark(topic.created())).append(topic.topic()).append('\n');
          topic
              .differences()
              .forEach(difference -> text.append("         ").append(difference).append('\n'));
          topic
              .losses()
              .forEach(loss -> text.append("         LOSES RECORDS: ").append(loss).append('\n'));
        }
        access.forEach(rule -> text.append(mark(rule.created())).append(rule.rule()).append('\n'));
        return text.append(edge).toString();
      }

      private static String mark(boolean created) {
        return created ? "created  " : "exists   ";
      }
    }
  }
}
