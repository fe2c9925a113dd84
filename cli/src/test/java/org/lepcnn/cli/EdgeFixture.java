/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;

/** A real broker and a real edge job, each in a process of its own. */
final class EdgeFixture implements AutoCloseable {
  static final String GATEWAY = "test";

  private final LocalBroker broker;
  private final LocalEdge edge;

  EdgeFixture(Path folder, ModelBundle bundle) {
    LocalLayout layout = LocalLayout.find();
    Path model = folder.resolve("edge-bundle");
    bundle.write(model);
    broker = LocalBroker.start(folder.resolve("broker"));
    try {
      createTopics(broker.bootstrapServers(), GATEWAY);
      edge = LocalEdge.start(layout, folder.resolve("edge"), broker.bootstrapServers(), model);
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  static void createTopics(String bootstrapServers, String gateway) {
    try (TopicAdmin admin =
        TopicAdmin.connect(ClientSettings.of(bootstrapServers, Map.of()), Duration.ofSeconds(30))) {
      admin.create(gateway, TopicSettings.DEFAULT.withReplicationFactor(1));
    }
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  LocalEdge edge() {
    return edge;
  }

  KafkaEdgeTransport transport() {
    return KafkaEdgeTransport.open(TransportConfig.builder(bootstrapServers(), GATEWAY).build());
  }

  @Override
  public void close() {
    edge.close();
    broker.close();
  }
}
