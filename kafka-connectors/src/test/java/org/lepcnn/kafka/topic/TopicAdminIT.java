/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.testkit.LocalKafka;

class TopicAdminIT {
  private static LocalKafka broker;
  private static ClientSettings settings;

  private TopicAdmin topics;
  private Admin admin;

  @BeforeAll
  static void startBroker() {
    broker = LocalKafka.start();
    settings = ClientSettings.of(broker.bootstrapServers(), Map.of());
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void connect() {
    topics = TopicAdmin.connect(settings, Duration.ofSeconds(200));
    admin = Admin.create(settings.admin(Duration.ofSeconds(200)));
  }

  @AfterEach
  void disconnect() {
    topics.close();
    admin.close();
  }

  @Test
  void creatingTwice_createsOnceAndReportsNoDifference() throws Exception {
    assertThat(topics.missing(List.of(Topics.requests("twice")))).hasSize(1);
    List<TopicReport> first = topics.create("twice", TopicSettings.DEFAULT);
    assertThat(first.get(0))
        .isEqualTo(new TopicReport("lepcnn.requests.twice", true, List.of(), List.of()));
    assertThat(first.get(1))
        .isEqualTo(new TopicReport("lepcnn.results.twice", true, List.of(), List.of()));
    assertThat(first)
        .extracting(TopicReport::topic)
        .contains("lepcnn.models", "lepcnn.devices", "lepcnn.rejected");
    List<TopicReport> second = topics.create("twice", TopicSettings.DEFAULT);
    assertThat(second).noneMatch(TopicReport::created);
    assertThat(second).allSatisfy(report -> assertThat(report.differences()).isEmpty());
    assertThat(second).allSatisfy(report -> assertThat(report.losses()).isEmpty());
    assertThat(topics.missing(List.of(Topics.requests("twice")))).isEmpty();
    assertThat(config("lepcnn.requests.twice").get("message.timestamp.type").value())
        .isEqualTo("LogAppendTime");
    assertThat(config("lepcnn.requests.twice").get("retention.ms").value()).isEqualTo("3600000");
    assertThat(config("lepcnn.models").get("cleanup.policy").value()).isEqualTo("compact");
    for (TopicReport report : first) {
      assertThat(config(report.topic()).get("compression.type"))
          .matches(e -> e.value().equals("producer") && !e.isDefault(), "set, whatever the broker");
    }
  }

  @Test
  void existingTopicWithOtherSettings_isLeftAndReported() throws Exception {
    admin
        .createTopics(List.of(new NewTopic("lepcnn.results.other", 2, (short) 1)))
        .all()
        .get(200, TimeUnit.SECONDS);
    List<TopicReport> reports = topics.create("other", TopicSettings.DEFAULT);
    assertThat(reports.get(0).created()).isTrue();
    assertThat(reports.get(1).created()).isFalse();
    assertThat(reports.get(1).differences())
        .contains(
            "partitions: expected 4; found 2.",
            "message.timestamp.type: expected LogAppendTime; found CreateTime.",
            "retention.ms: expected 3600000; found 604800000.");
    assertThat(config("lepcnn.results.other").get("message.timestamp.type").value())
        .isEqualTo("CreateTime");
  }

  @Test
  void existingTopicsThatLoseRecords_areNamedAsSuch() throws Exception {
    Map<String, String> bad =
        Map.of(
            "cleanup.policy", "compact",
            "message.timestamp.type", "CreateTime",
            "retention.ms", "1000",
            "max.message.bytes", "5000");
    admin
        .createTopics(List.of(new NewTopic("lepcnn.requests.lossy", 4, (short) 1).configs(bad)))
        .all()
        .get(200, TimeUnit.SECONDS);
    List<TopicReport> reports = topics.create("lossy", TopicSettings.DEFAULT);
    assertThat(reports.get(0).losses())
        .hasSize(4)
        .anyMatch(loss -> loss.startsWith("cleanup.policy: expected delete; found compact"))
        .anyMatch(loss -> loss.startsWith("message.timestamp.type: expected LogAppendTime"))
        .contains(
            "retention.ms: expected at least 300000; found 1000.",
            "max.message.bytes: expected at least 1000000; found 5000.");
    assertThat(reports.subList(1, reports.size()))
        .allSatisfy(report -> assertThat(report.losses()).isEmpty());
  }

  @Test
  void copiesThatAWriteNeeds_areSet() throws Exception {
    ConfigEntry.ConfigSource ofTopic = ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG;
    topics.create("insync", TopicSettings.DEFAULT.withMinInsyncReplicas(2));
    assertThat(config("lepcnn.requests.insync").get("min.insync.replicas"))
        .matches(entry -> entry.value().equals("2") && entry.source() == ofTopic);
    topics.create("by-rule", TopicSettings.DEFAULT);
    assertThat(config("lepcnn.requests.by-rule").get("min.insync.replicas").source())
        .as("one copy: the broker decides")
        .isNotEqualTo(ofTopic);
  }

  @Test
  void settingsThatLoseRecords_areSeenOnTheBroker() throws Exception {
    Map<String, Map<String, String>> settings =
        Map.of(
            Topics.requests("l-a"), Map.of("compression.type", "zstd"),
            Topics.requests("l-b"), Map.of(),
            Topics.requests("l-c"), Map.of("compression.type", "uncompressed"),
            Topics.results("l-d"), Map.of("retention.ms", "1000"));
    for (Map.Entry<String, Map<String, String>> each : settings.entrySet()) {
      Map<String, String> configs = new HashMap<>(each.getValue());
      configs.put("message.timestamp.type", "LogAppendTime");
      NewTopic topic = new NewTopic(each.getKey(), 1, (short) 1).configs(configs);
      admin.createTopics(List.of(topic)).all().get(200, TimeUnit.SECONDS);
    }
    topics.awaitWritable(List.copyOf(settings.keySet()));
    List<String> asked = new ArrayList<>(settings.keySet());
    asked.add(Topics.requests("not-there"));
    assertThat(TopicLosses.of(admin, asked, 20_000))
        .hasSize(2)
        .anyMatch(loss -> loss.startsWith("lepcnn.requests.l-a: compression.type"))
        .anyMatch(loss -> loss.startsWith("lepcnn.results.l-d: retention.ms"));
  }

  @Test
  void moreCopiesThanBrokers_isAnEnvironmentError() {
    assertThatThrownBy(
            () -> topics.create("copies", TopicSettings.DEFAULT.withReplicationFactor(3)))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Creating the topics of gateway copies");
  }

  @Test
  void justCreatedTopics_loseNoRecordOfAnIdempotentProducer() throws Exception {
    for (int i = 0; i < 5; i++) {
      String gateway = "fresh-" + i;
      topics.create(gateway, TopicSettings.DEFAULT);
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
        for (int n = 0; n < 200; n++) {
          byte[] key = Integer.toString(n).getBytes(StandardCharsets.US_ASCII);
          sent.add(
              producer.send(new ProducerRecord<>(Topics.requests(gateway), key, new byte[5000])));
        }
      }
      for (Future<RecordMetadata> each : sent) {
        assertThat(each.get(200, TimeUnit.SECONDS).hasOffset()).isTrue();
      }
      assertThat(records(Topics.requests(gateway))).isEqualTo(200);
    }
  }

  private long records(String topic) throws Exception {
    long sum = 0;
    for (int p = 0; p < TopicSettings.DEFAULT.partitions(); p++) {
      TopicPartition partition = new TopicPartition(topic, p);
      sum +=
          admin
              .listOffsets(Map.of(partition, OffsetSpec.latest()))
              .partitionResult(partition)
              .get(200, TimeUnit.SECONDS)
              .offset();
    }
    return sum;
  }

  private Config config(String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<ConfigResource, Config> configs =
        admin.describeConfigs(List.of(resource)).all().get(200, TimeUnit.SECONDS);
    return Objects.requireNonNull(configs.get(resource), topic);
  }
}
