/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.control.ControlTopics;
import org.lepcnn.kafka.testkit.LocalKafka;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.lepcnn.kafka.wire.Rejection;

/** A broker in its own process, and what tests do with it. */
public final class EdgeCluster implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(120);

  private final LocalKafka kafka;

  /** A broker that lets everybody do everything. */
  public EdgeCluster() {
    this(Map.of());
  }

  /** A broker with further settings. */
  public EdgeCluster(Map<String, String> settings) {
    kafka = LocalKafka.start(settings);
  }

  /** A broker that knows access rules; what has none is open to everybody. */
  public static EdgeCluster withAccessRules() {
    return new EdgeCluster(
        Map.of(
            "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found", "true"));
  }

  /** From now on, this is all that may be done with a topic. */
  public void allowOnly(String topic, AclOperation operation)
      throws ExecutionException, InterruptedException {
    AclBinding rule =
        new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
            new AccessControlEntry("User:ANONYMOUS", "*", operation, AclPermissionType.ALLOW));
    try (Admin admin = Admin.create(client())) {
      admin.createAcls(List.of(rule)).all().get();
    }
  }

  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** The broker's process. */
  public LocalKafka broker() {
    return kafka;
  }

  /** The control topics, for those who administer them. */
  public ControlTopics control() {
    return ControlTopics.connect(ClientSettings.of(bootstrapServers(), Map.of()), TIMEOUT);
  }

  /** Creates a gateway's topics and the shared ones, as the command line does. */
  public void createGateway(String gateway) {
    ClientSettings settings = ClientSettings.of(bootstrapServers(), Map.of());
    try (TopicAdmin admin = TopicAdmin.connect(settings, TIMEOUT)) {
      admin.create(gateway, TopicSettings.DEFAULT.withPartitions(2));
    }
  }

  /** Creates one topic. */
  public void createTopic(String name, Map<String, String> configs)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(client())) {
      NewTopic topic = new NewTopic(name, 1, (short) 1).configs(configs);
      admin.createTopics(List.of(topic)).all().get();
    }
    try (TopicAdmin admin =
        TopicAdmin.connect(ClientSettings.of(bootstrapServers(), Map.of()), TIMEOUT)) {
      admin.awaitWritable(List.of(name));
    }
  }

  /** A gateway's transport. */
  public KafkaEdgeTransport transport(String gateway) {
    return KafkaEdgeTransport.open(
        TransportConfig.builder(bootstrapServers(), gateway).patience(TIMEOUT).build());
  }

  /** Sends values to a topic as they are. */
  public void send(String topic, List<byte[]> values)
      throws ExecutionException, InterruptedException {
    ByteArraySerializer serializer = new ByteArraySerializer();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(client(), serializer, serializer)) {
      byte[] key = "d".getBytes(StandardCharsets.US_ASCII);
      for (byte[] value : values) {
        producer.send(new ProducerRecord<>(topic, key, value)).get();
      }
    }
  }

  /** Sends the values of records. */
  public void sendRecords(String topic, List<InboundRecord> records)
      throws ExecutionException, InterruptedException {
    send(topic, records.stream().map(InboundRecord::value).toList());
  }

  /** Reads rejections from the beginning until so many match. */
  public List<Rejection> awaitRejections(int count, Predicate<Rejection> wanted) {
    List<Rejection> found = new ArrayList<>();
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    ByteArrayDeserializer deserializer = new ByteArrayDeserializer();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(client(), deserializer, deserializer)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.REJECTED).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (found.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          Rejection rejection = RecordCodec.REJECTIONS.decode(record.value());
          if (wanted.test(rejection)) {
            found.add(rejection);
          }
        }
      }
    }
    return found;
  }

  @Override
  public void close() {
    kafka.close();
  }

  private Properties client() {
    Properties client = new Properties();
    client.setProperty("bootstrap.servers", bootstrapServers());
    return client;
  }
}
