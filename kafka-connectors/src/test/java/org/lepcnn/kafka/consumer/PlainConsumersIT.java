/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.control.ControlTopics;
import org.lepcnn.kafka.testkit.LocalKafka;
import org.lepcnn.kafka.testkit.PackedRecord;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.kafka.topic.Topics;

/** Kafka's consumer, over a broker of 512 MB in its own process. */
class PlainConsumersIT {
  private static final Duration LIMIT = Duration.ofSeconds(300);

  private static final int MORE_THAN_THIS_PROCESS_HAS = 2_000_000_000;

  private static LocalKafka broker;
  private static ClientSettings settings;

  @BeforeAll
  static void startBroker() {
    broker = LocalKafka.start();
    settings = ClientSettings.of(broker.bootstrapServers(), Map.of());
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static void create(String topic, String compression) throws Exception {
    try (Admin admin = Admin.create(settings.admin(LIMIT));
        TopicAdmin topics = TopicAdmin.connect(settings, LIMIT)) {
      NewTopic wanted = new NewTopic(topic, 1, (short) 1);
      admin
          .createTopics(List.of(wanted.configs(Map.of("compression.type", compression))))
          .all()
          .get();
      topics.awaitWritable(List.of(topic));
    }
  }

  private static void sendPlain(String topic, byte value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      producer.send(new ProducerRecord<>(topic, 0, null, new byte[] {value})).get();
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic, int count) {
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    TopicPartition partition = new TopicPartition(topic, 0);
    long deadline = System.nanoTime() + LIMIT.toNanos();
    try (KafkaConsumer<byte[], byte[]> consumer = PlainConsumers.open(settings.consumer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (found.size() < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(100)).forEach(found::add);
      }
      assertThat(consumer.position(partition)).isEqualTo(found.get(count - 1).offset() + 1);
    }
    return found;
  }

  static Stream<Arguments> sizes() {
    return Stream.of(
        Arguments.of(CompressionType.GZIP, 50_000_000, "producer"),
        Arguments.of(CompressionType.ZSTD, 50_000_000, "producer"),
        Arguments.of(CompressionType.ZSTD, 700_000_000, "producer"),
        Arguments.of(CompressionType.ZSTD, 50_000_000, "uncompressed"),
        Arguments.of(CompressionType.ZSTD, 700_000_000, "uncompressed"));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void consumer_stepsOverIt_andTheBrokerGoesOn(CompressionType type, int bytes, String compression)
      throws Exception {
    String topic = "t-" + type + "-" + bytes + "-" + compression;
    create(topic, compression);
    sendPlain(topic, (byte) 1);
    PackedRecord packed = PackedRecord.zeros(type, bytes);
    Errors answer = packed.send(broker.bootstrapServers(), topic, 0);
    sendPlain(topic, (byte) 3);
    if (compression.equals("uncompressed")) { // the broker unpacks it, and then it is too large
      assertThat(answer).isIn(Errors.MESSAGE_TOO_LARGE, Errors.UNKNOWN_SERVER_ERROR);
      assertThat(read(topic, 2)).extracting(r -> r.value()[0]).containsExactly((byte) 1, (byte) 3);
      return;
    }
    assertThat(answer).isEqualTo(Errors.NONE);
    List<ConsumerRecord<byte[], byte[]>> found = read(topic, 3);
    assertThat(found).extracting(ConsumerRecord::offset).containsExactly(0L, 1L, 2L);
    assertThat(PackedBatch.of(found.get(1)))
        .contains(new PackedBatch(type.id, packed.wireBytes(), 1));
    assertThat(PackedBatch.of(found.get(0))).isEmpty();
    assertThat(found.get(2).value()).containsExactly(3);
  }

  @Test
  void controlTopics_areReadPastIt() throws Exception {
    try (TopicAdmin topics = TopicAdmin.connect(settings, LIMIT)) {
      topics.create("control", TopicSettings.DEFAULT.withPartitions(1));
    }
    // without a key, a compacted topic takes nothing: the broker refuses
    assertThat(
            PackedRecord.zeros(CompressionType.ZSTD, MORE_THAN_THIS_PROCESS_HAS)
                .send(broker.bootstrapServers(), Topics.MODELS, 0))
        .isEqualTo(Errors.INVALID_RECORD);
    assertThat(
            PackedRecord.zeros(CompressionType.ZSTD, new byte[] {1}, MORE_THAN_THIS_PROCESS_HAS)
                .send(broker.bootstrapServers(), Topics.MODELS, 0))
        .isEqualTo(Errors.NONE);
    assertThat(ControlTopics.connect(settings, LIMIT).models()).isEmpty();
  }

  @Test
  void anotherInside_isRefused() {
    Properties properties = new Properties();
    properties.putAll(settings.consumer());
    properties.put("group.protocol", "consumer");
    properties.put("group.id", "g");
    properties.remove("auto.offset.reset");
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties, bytes, bytes)) {
      assertThatThrownBy(() -> PlainConsumers.guard(consumer))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("group.protocol=classic");
    }
  }
}
