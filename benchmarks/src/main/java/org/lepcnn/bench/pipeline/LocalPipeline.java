/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.measure.ThreadMeter;
import org.lepcnn.bench.measure.Timing;
import org.lepcnn.bench.plainjob.EchoRound;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.lepcnn.process.FreePorts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker and an edge in processes of their own, and this process's transport to them; beside them
 * the baseline jobs on the same broker.
 */
final class LocalPipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalPipeline.class);
  private static final String GATEWAY = "bench";
  private static final String DEVICE_THREADS = "lepcnn-pass-";
  private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(30);

  private final LocalBroker broker;
  private final LocalEdge edge;
  private final KafkaEdgeTransport transport;
  private final PlainPipeline plain;
  private final EchoPipeline echo;

  /**
   * The jobs beside the edge.
   *
   * @param plainInput of the plain job; null leaves that job out
   * @param echoRounds of the echo; empty leaves that job out
   */
  record Baselines(Map<String, HostTensor> plainInput, List<EchoRound> echoRounds) {}

  /**
   * CPU time of the three processes since each began, in milliseconds.
   *
   * @param edge the edge, or the process of the plain job
   * @param gateway this process, which is also the device
   * @param device what the threads that run passes have of {@code gateway}: masks, checks, tables,
   *     stages
   * @param compilers what the JIT compilers of all three have of the whole; NaN where the operating
   *     system does not tell
   */
  record Cpu(double broker, double edge, double gateway, double device, double compilers) {
    static final Cpu NONE = new Cpu(0, 0, 0, 0, 0);

    Cpu minus(Cpu earlier) {
      return new Cpu(
          broker - earlier.broker,
          edge - earlier.edge,
          gateway - earlier.gateway,
          device - earlier.device,
          compilers - earlier.compilers);
    }

    Cpu plus(Cpu other) {
      return new Cpu(
          broker + other.broker,
          edge + other.edge,
          gateway + other.gateway,
          device + other.device,
          compilers + other.compilers);
    }

    Cpu dividedBy(double passes) {
      return new Cpu(
          broker / passes, edge / passes, gateway / passes, device / passes, compilers / passes);
    }

    /** The part of all that the JIT compilers took; NaN where that is not known. */
    double compilerShare() {
      return compilers / total();
    }

    double total() {
      return broker + edge + gateway;
    }
  }

  private LocalPipeline(
      LocalBroker broker,
      LocalEdge edge,
      KafkaEdgeTransport transport,
      PlainPipeline plain,
      EchoPipeline echo) {
    this.broker = broker;
    this.edge = edge;
    this.transport = transport;
    this.plain = plain;
    this.echo = echo;
  }

  /**
   * Starts everything; when a step fails, what was started is ended.
   *
   * @param parallelism subtasks per operator, of all jobs
   */
  static LocalPipeline start(
      BenchModel model, int parallelism, Baselines baselines, Consumer<String> steps) {
    LocalLayout layout = LocalLayout.find();
    // found before anything is started: without them there is nothing to measure
    layout.edgeClassPath();
    Deque<AutoCloseable> started = new ArrayDeque<>();
    try {
      return start(layout, model, parallelism, baselines, steps, started);
    } catch (RuntimeException e) {
      started.forEach(LocalPipeline::closeQuietly);
      throw e;
    }
  }

  /**
   * @param started receives what runs, the latest first
   */
  private static LocalPipeline start(
      LocalLayout layout,
      BenchModel model,
      int parallelism,
      Baselines baselines,
      Consumer<String> steps,
      Deque<AutoCloseable> started) {
    Path folder = model.work().resolve("pipeline-" + parallelism);
    steps.accept("pipeline: starting a broker");
    LocalBroker broker = LocalBroker.start(layout, folder.resolve("broker"), FreePorts.find());
    started.push(broker);
    createTopics(broker);
    steps.accept("pipeline: starting the edge, parallelism " + parallelism);
    Path logs = folder.resolve("logs");
    String servers = broker.bootstrapServers();
    LocalEdge edge = LocalEdge.start(layout, logs, servers, edgeHalf(model), parallelism);
    started.push(edge);
    BaselineJob.Place place = new BaselineJob.Place(layout, servers, parallelism, logs);
    PlainPipeline plain = null;
    if (baselines.plainInput() != null) {
      steps.accept("pipeline: starting the plain job");
      plain = PlainPipeline.start(place, model, baselines.plainInput());
      started.push(plain);
    }
    EchoPipeline echo = null;
    if (!baselines.echoRounds().isEmpty()) {
      steps.accept("pipeline: starting the echo");
      echo = EchoPipeline.start(place, baselines.echoRounds());
      started.push(echo);
    }
    TransportConfig config = TransportConfig.builder(servers, GATEWAY).build();
    return new LocalPipeline(broker, edge, KafkaEdgeTransport.open(config), plain, echo);
  }

  KafkaEdgeTransport transport() {
    return transport;
  }

  /** The plain job, or null. */
  PlainPipeline plain() {
    return plain;
  }

  /** The echo, or null. */
  EchoPipeline echo() {
    return echo;
  }

  Cpu cpu() {
    return cpu(edge.pid());
  }

  /** With the plain job in the edge's place. */
  Cpu plainCpu() {
    return cpu(plain.pid());
  }

  @Override
  public void close() {
    transport.close();
    if (echo != null) {
      echo.close();
    }
    if (plain != null) {
      plain.close();
    }
    edge.close();
    broker.close();
  }

  private Cpu cpu(long edgePid) {
    long here = ProcessHandle.current().pid();
    double device = ThreadMeter.named(DEVICE_THREADS).cpuNanos() / Timing.NANOS_PER_MILLI;
    double compilers =
        CompilerTime.millis(broker.pid())
            + CompilerTime.millis(edgePid)
            + CompilerTime.millis(here);
    return new Cpu(cpuMillis(broker.pid()), cpuMillis(edgePid), cpuMillis(here), device, compilers);
  }

  /** After a failure, which is what the caller gets to see. */
  private static void closeQuietly(AutoCloseable started) {
    try {
      started.close();
    } catch (Exception e) {
      LOG.warn("Ending what was started failed", e);
    }
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
    if (Files.exists(folder)) {
      return folder;
    }
    model.bundle().write(bundle);
    try {
      Files.createDirectories(folder);
      for (String file : List.of(ModelBundle.EDGE_FILE, ModelBundle.MANIFEST_FILE)) {
        Files.copy(bundle.resolve(file), folder.resolve(file));
      }
      return folder;
    } catch (IOException e) {
      throw EnvironmentException.about("Copying the edge half to " + folder).found(e);
    }
  }
}
