/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.process.BrokerProcess;
import org.lepcnn.process.FreePorts;

/**
 * A real Kafka broker in a process of its own, on free ports of the loopback interface, with a
 * temporary folder. The process ends with {@link #close}, at the latest with this JVM. Needs {@code
 * kafka_2.13} on the class path.
 */
public final class LocalKafka implements AutoCloseable {
  private static final int START_ATTEMPTS = 3;

  private final Path folder;
  private final String bootstrapServers;
  private final String furtherServers;
  private final BrokerProcess process;

  private LocalKafka(Path folder, int port, int furtherPort, BrokerProcess process) {
    this.folder = folder;
    this.bootstrapServers = "localhost:" + port;
    this.furtherServers = "localhost:" + furtherPort;
    this.process = process;
  }

  /** Starts a broker with default settings and returns when it answers. */
  public static LocalKafka start() {
    return start(Map.of());
  }

  /**
   * Starts a broker with further settings and returns when it answers. In their values
   * {@code @BROKER@}, {@code @CONTROLLER@} and {@code @FURTHER@} stand for ports.
   */
  public static LocalKafka start(Map<String, String> settings) {
    for (int attempt = 1; ; attempt++) {
      Path folder = null;
      try {
        folder = Files.createTempDirectory("lepcnn-kafka-");
        return launch(folder, settings);
      } catch (IOException e) {
        throw new UncheckedIOException("Starting a broker for tests failed.", e);
      } catch (EnvironmentException e) {
        delete(folder);
        if (attempt == START_ATTEMPTS) { // another process may have taken a port in between
          throw e;
        }
      }
    }
  }

  /** {@code host:port}. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** {@code host:port} of a listener that the further settings make at {@code @FURTHER@}. */
  public String furtherServers() {
    return furtherServers;
  }

  /** The broker's process id. */
  public long pid() {
    return process.pid();
  }

  /** Kills the broker as a crash would; its data stay. */
  public void kill() {
    process.kill();
  }

  /** Starts a killed broker again, on the same ports and data, and returns when it answers. */
  public void restart() {
    process.restart();
  }

  @Override
  public void close() {
    process.kill();
    delete(folder);
  }

  private static LocalKafka launch(Path folder, Map<String, String> settings) throws IOException {
    List<Integer> ports = FreePorts.find(3);
    StringBuilder further = new StringBuilder();
    settings.forEach((key, value) -> further.append(key).append('=').append(value).append('\n'));
    Files.writeString(
        BrokerProcess.Setup.configuration(folder),
        properties(folder, ports.get(0), ports.get(1))
            + further
                .toString()
                .replace("@BROKER@", "" + ports.get(0))
                .replace("@CONTROLLER@", "" + ports.get(1))
                .replace("@FURTHER@", "" + ports.get(2)));
    Path logging = Files.writeString(folder.resolve("log4j2.properties"), logging());
    BrokerProcess process =
        BrokerProcess.start(
            new BrokerProcess.Setup(
                folder,
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)),
                List.of("--standalone"),
                List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                logging));
    return new LocalKafka(folder, ports.get(0), ports.get(2), process);
  }

  private static String properties(Path folder, int broker, int controller) {
    return String.join(
        "\n",
        "process.roles=broker,controller",
        "node.id=1",
        "controller.quorum.bootstrap.servers=localhost:" + controller,
        "listeners=PLAINTEXT://localhost:" + broker + ",CONTROLLER://localhost:" + controller,
        "advertised.listeners=PLAINTEXT://localhost:" + broker,
        "controller.listener.names=CONTROLLER",
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs=" + BrokerProcess.Setup.data(folder),
        "auto.create.topics.enable=false",
        "offsets.topic.replication.factor=1",
        "offsets.topic.num.partitions=4",
        "transaction.state.log.replication.factor=1",
        "transaction.state.log.min.isr=1",
        "transaction.state.log.num.partitions=4",
        "group.initial.rebalance.delay.ms=0",
        "broker.session.timeout.ms=2000", // a killed broker can come back after that
        "broker.heartbeat.interval.ms=300",
        "num.network.threads=2",
        "num.io.threads=4",
        "log.cleaner.dedupe.buffer.size=2097152",
        "");
  }

  private static String logging() {
    return String.join(
        "\n",
        "rootLogger.level = warn",
        "logger.server.name = kafka.server",
        "logger.server.level = info",
        "rootLogger.appenderRef.console.ref = Console",
        "appender.console.type = Console",
        "appender.console.name = Console",
        "appender.console.layout.type = PatternLayout",
        "appender.console.layout.pattern = %d %-5p %c{1} - %m%n",
        "");
  }

  private static void delete(Path folder) {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException error)
                throws IOException {
              Files.deleteIfExists(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      System.err.println("A broker's temporary folder stays behind: " + folder + ": " + e);
    }
  }
}
