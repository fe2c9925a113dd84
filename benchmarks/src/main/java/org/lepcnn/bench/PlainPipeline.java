/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.lepcnn.bench.plainjob.PlainGateway;
import org.lepcnn.bench.plainjob.PlainInput;
import org.lepcnn.bench.plainjob.PlainJob;
import org.lepcnn.bench.plainjob.PlainRecord;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.process.ManagedProcess;
import org.lepcnn.core.process.ProcessSpec;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.session.HostTensor;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.codec.ChunkLayout;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;

/**
 * The plain (unmasked float) streaming job in a process of its own, on the edge's libraries and
 * with the edge's JVM arguments, and this process's way to it over the same broker.
 */
final class PlainPipeline implements AutoCloseable {
  private static final String REQUESTS = "bench.plain.requests";
  private static final String RESULTS = "bench.plain.results";
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration ADMIN_LIMIT = Duration.ofSeconds(30);

  private final ManagedProcess process;
  private final PlainGateway gateway;
  private final FloatBuffer[] input;

  private PlainPipeline(ManagedProcess process, PlainGateway gateway, FloatBuffer[] input) {
    this.process = process;
    this.gateway = gateway;
    this.input = input;
  }

  /** Whether the network's inputs go into one record, as the plain job sends them. */
  static boolean fits(Map<String, HostTensor> inputs) {
    int values = inputs.values().stream().mapToInt(tensor -> tensor.floats().length).sum();
    return values <= ChunkLayout.MAX_CHUNK_ELEMENTS;
  }

  /** Starts the job and waits until it has answered once. */
  static PlainPipeline start(
      LocalLayout layout,
      String bootstrapServers,
      Path onnx,
      Map<String, HostTensor> inputs,
      int parallelism,
      Path logs) {
    ClientSettings settings = ClientSettings.of(bootstrapServers, Map.of());
    createTopics(settings);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                bootstrapServers,
                REQUESTS,
                RESULTS,
                Integer.toString(parallelism),
                onnx.toAbsolutePath().toString()));
    inputs.forEach((name, tensor) -> arguments.add(describe(name, tensor).toString()));
    ManagedProcess process = ManagedProcess.start(spec(layout, arguments, logs));
    try {
      process.awaitLine(PlainJob.STARTED, START_LIMIT);
      return connect(process, settings, inputs);
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  private static PlainPipeline connect(
      ManagedProcess process, ClientSettings settings, Map<String, HostTensor> inputs) {
    FloatBuffer[] input =
        inputs.values().stream()
            .map(tensor -> FloatBuffer.wrap(tensor.floats()))
            .toArray(FloatBuffer[]::new);
    PlainGateway gateway = PlainGateway.open(settings, REQUESTS, RESULTS);
    try {
      PlainPipeline pipeline = new PlainPipeline(process, gateway, input);
      pipeline.submit("first").join();
      return pipeline;
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  /** One inference, there and back. */
  CompletableFuture<PlainRecord> submit(String device) {
    return gateway.submit(device, input);
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    gateway.close();
    process.close();
  }

  private static PlainInput describe(String name, HostTensor tensor) {
    return new PlainInput(name, Arrays.stream(tensor.shape()).boxed().toList());
  }

  private static ProcessSpec spec(LocalLayout layout, List<String> arguments, Path logs) {
    try {
      return new ProcessSpec(
              "plain-job",
              List.of(
                  layout.edgeLibs().resolve("*").toString(),
                  ProcessSpec.locationOf(PlainJob.class)),
              PlainJob.class.getName(),
              arguments,
              logs.resolve("plain-job.log"))
          .withJvmArguments(LocalEdge.jvmArguments(layout))
          .withEnvironment(Map.of("OMP_NUM_THREADS", "1"));
    } catch (IOException e) {
      throw new EnvironmentException("Reading the JVM arguments of Flink's processes: " + e, e);
    }
  }

  /** As many partitions and the time stamps of the private topics. */
  private static void createTopics(ClientSettings settings) {
    Map<String, String> configs =
        Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
    int partitions = TopicSettings.DEFAULT.partitions();
    try (Admin admin = Admin.create(settings.admin(ADMIN_LIMIT))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(REQUESTS, partitions, (short) 1).configs(configs),
                  new NewTopic(RESULTS, partitions, (short) 1).configs(configs)))
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new EnvironmentException("Creating the plain job's topics: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Interrupted while creating topics", e);
    }
    try (TopicAdmin admin = TopicAdmin.connect(settings, ADMIN_LIMIT)) {
      admin.awaitWritable(List.of(REQUESTS, RESULTS));
    }
  }
}
