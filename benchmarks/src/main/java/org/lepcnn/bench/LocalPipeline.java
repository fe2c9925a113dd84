/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.process.FreePorts;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;

/** A broker and an edge in processes of their own, and this process's transport to them. */
final class LocalPipeline implements AutoCloseable {
  private static final String GATEWAY = "bench";
  private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(30);

  private final LocalBroker broker;
  private final LocalEdge edge;
  private final KafkaEdgeTransport transport;

  /**
   * CPU time of the three processes since each began, in milliseconds.
   *
   * @param gateway this process, which is also the device
   */
  record Cpu(double broker, double edge, double gateway) {
    Cpu minus(Cpu earlier) {
      return new Cpu(broker - earlier.broker, edge - earlier.edge, gateway - earlier.gateway);
    }

    Cpu plus(Cpu other) {
      return new Cpu(broker + other.broker, edge + other.edge, gateway + other.gateway);
    }

    Cpu dividedBy(double passes) {
      return new Cpu(broker / passes, edge / passes, gateway / passes);
    }

    double total() {
      return broker + edge + gateway;
    }
  }

  private LocalPipeline(LocalBroker broker, LocalEdge edge, KafkaEdgeTransport transport) {
    this.broker = broker;
    this.edge = edge;
    this.transport = transport;
  }

  /** Starts everything; when a step fails, what was started is ended. */
  static LocalPipeline start(BenchModel model, Progress progress) {
    LocalLayout layout = LocalLayout.find();
    // found before anything is started: without them there is nothing to measure
    layout.edgeLibs();
    progress.step("pipeline: starting a broker");
    LocalBroker broker =
        LocalBroker.start(layout, model.work().resolve("broker"), FreePorts.find());
    LocalEdge edge = null;
    try {
      createTopics(broker);
      progress.step("pipeline: starting the edge");
      edge =
          LocalEdge.start(
              layout, model.work().resolve("logs"), broker.bootstrapServers(), edgeHalf(model));
      TransportConfig config = TransportConfig.builder(broker.bootstrapServers(), GATEWAY).build();
      return new LocalPipeline(broker, edge, KafkaEdgeTransport.open(config));
    } catch (RuntimeException e) {
      if (edge != null) {
        edge.close();
      }
      broker.close();
      throw e;
    }
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  KafkaEdgeTransport transport() {
    return transport;
  }

  Cpu cpu() {
    return new Cpu(
        cpuMillis(broker.pid()), cpuMillis(edge.pid()), cpuMillis(ProcessHandle.current().pid()));
  }

  @Override
  public void close() {
    transport.close();
    edge.close();
    broker.close();
  }

  private static double cpuMillis(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(Duration::toMillis)
        .map(Long::doubleValue)
        .orElse(Double.NaN);
  }

  private static void createTopics(LocalBroker broker) {
    ClientSettings settings = ClientSettings.of(broker.bootstrapServers(), Map.of());
    try (TopicAdmin admin = TopicAdmin.connect(settings, ADMIN_TIMEOUT)) {
      admin.create(GATEWAY, TopicSettings.DEFAULT.withReplicationFactor(1));
    }
  }

  /** Only the edge half and the manifest go where the edge can read. */
  private static Path edgeHalf(BenchModel model) {
    Path bundle = model.work().resolve("bundle");
    Path folder = model.work().resolve("edge-model");
    model.bundle().write(bundle);
    try {
      Files.createDirectories(folder);
      for (String file : List.of(ModelBundle.EDGE_FILE, ModelBundle.MANIFEST_FILE)) {
        Files.copy(bundle.resolve(file), folder.resolve(file));
      }
      return folder;
    } catch (IOException e) {
      throw new EnvironmentException("Copying the edge half to " + folder + ": " + e + ".", e);
    }
  }
}
