/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.lepcnn.bench.plainjob.PlainGateway;
import org.lepcnn.bench.plainjob.PlainJob;
import org.lepcnn.bench.plainjob.PlainOperator;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/**
 * A streaming job of the edge's shape with another operator, in a process of its own, on the edge's
 * libraries and with the edge's JVM arguments, and this process's way to it over the same broker.
 */
final class BaselineJob implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(300);
  private static final Duration ADMIN_LIMIT = Duration.ofSeconds(30);

  private final ManagedProcess process;
  private final PlainGateway gateway;

  private BaselineJob(ManagedProcess process, PlainGateway gateway) {
    this.process = process;
    this.gateway = gateway;
  }

  /**
   * Where a job is to run.
   *
   * @param layout of the edge's libraries and settings
   * @param bootstrapServers of the broker
   * @param parallelism subtasks of the job
   * @param logs folder of its log
   */
  record Place(LocalLayout layout, String bootstrapServers, int parallelism, Path logs) {}

  /**
   * Creates the topics and starts the job; it may need a while yet to read them.
   *
   * @param arguments of the operator
   */
  static BaselineJob start(Place place, PlainOperator operator, List<String> arguments) {
    ClientSettings settings = ClientSettings.of(place.bootstrapServers(), Map.of());
    String name = operator.name().toLowerCase(Locale.ROOT);
    String requests = "bench." + name + ".requests";
    String results = "bench." + name + ".results";
    createTopics(settings, List.of(requests, results));
    List<String> all =
        new ArrayList<>(
            List.of(
                place.bootstrapServers(),
                requests,
                results,
                Integer.toString(place.parallelism()),
                operator.name()));
    all.addAll(arguments);
    ManagedProcess process = ManagedProcess.start(spec(place, name + "-job", all));
    try {
      process.awaitLine(PlainJob.STARTED, START_LIMIT);
      return new BaselineJob(process, PlainGateway.open(settings, requests, results));
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  PlainGateway gateway() {
    return gateway;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    gateway.close();
    process.close();
  }

  private static ProcessSpec spec(Place place, String name, List<String> arguments) {
    LocalLayout layout = place.layout();
    try {
      return new ProcessSpec(
              name,
              Stream.concat(
                      layout.edgeClassPath().stream(),
                      Stream.of(ProcessSpec.locationOf(PlainJob.class)))
                  .toList(),
              PlainJob.class.getName(),
              arguments,
              place.logs().resolve(name + ".log"))
          .withJvmArguments(LocalEdge.jvmArguments(layout))
          .withEnvironment(Map.of("OMP_NUM_THREADS", "1"));
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the JVM arguments of Flink's processes").found(e);
    }
  }

  /** As many partitions and the time stamps of the private topics. */
  private static void createTopics(ClientSettings settings, List<String> topics) {
    Map<String, String> configs =
        Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
    int partitions = TopicSettings.DEFAULT.partitions();
    try (Admin admin = Admin.create(settings.admin(ADMIN_LIMIT))) {
      admin
          .createTopics(
              topics.stream()
                  .map(topic -> new NewTopic(topic, partitions, (short) 1).configs(configs))
                  .toList())
          .all()
          .get();
    } catch (ExecutionException e) {
      throw EnvironmentException.about("Creating the topics " + topics).found(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Interrupted while creating topics", e);
    }
    try (TopicAdmin admin = TopicAdmin.connect(settings, ADMIN_LIMIT)) {
      admin.awaitWritable(topics);
    }
  }
}
