/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.lepcnn.flink.clock.BrokerClock;
import org.lepcnn.flink.testkit.EdgeCluster;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.topic.Topics;

/** A job that comes back to a backlog learns the broker's time from the newest request. */
class NewestRequestsIT {
  private static final Duration LIMIT = Duration.ofSeconds(200);
  private static final long AHEAD = 300_000;

  @Test
  void newestAppendTime_setsTheClock_andWritersTimesDoNot() throws Exception {
    try (EdgeCluster kafka = new EdgeCluster()) {
      kafka.createGateway("gw");
      ClientSettings client = ClientSettings.of(kafka.bootstrapServers(), Map.of());
      String theirs = Topics.requests("theirs");
      kafka.createTopic(theirs, Map.of("message.timestamp.type", "CreateTime"));
      try (Admin admin = Admin.create(client.admin(LIMIT));
          KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(client.producer())) {
        append(producer, new ProducerRecord<>(Topics.requests("gw"), new byte[] {1}));
        long newest = append(producer, new ProducerRecord<>(Topics.requests("gw"), new byte[] {2}));
        long future = newest + Duration.ofMinutes(50).toMillis();
        append(producer, new ProducerRecord<>(theirs, null, future, null, new byte[] {3}));

        BrokerClock clock = new BrokerClock();
        NewestRequests requests = new NewestRequests(admin, clock, () -> newest + AHEAD);
        requests.look(Set.of(Topics.requests("gw"), theirs, Topics.results("gw")));
        assertThat(clock.brokerMillis(newest + AHEAD)).isEqualTo(newest);
        assertThat(clock.aheadMillis()).as("nothing was read").isZero();
      }
    }
  }

  @Test
  void topicsThatAreNotThere_areLeftOut() throws Exception {
    try (EdgeCluster kafka = new EdgeCluster()) {
      ClientSettings client = ClientSettings.of(kafka.bootstrapServers(), Map.of());
      try (Admin admin = Admin.create(client.admin(LIMIT))) {
        BrokerClock clock = new BrokerClock();
        new NewestRequests(admin, clock, () -> AHEAD).look(Set.of(Topics.requests("absent")));
        assertThat(clock.brokerMillis(AHEAD)).isEqualTo(Long.MIN_VALUE);
      }
    }
  }

  private static long append(
      KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record)
      throws Exception {
    return producer.send(record).get(LIMIT.toSeconds(), TimeUnit.SECONDS).timestamp();
  }
}
