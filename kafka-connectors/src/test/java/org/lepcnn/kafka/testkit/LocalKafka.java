/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;

/**
 * A real Kafka broker in a process of its own, on free ports of the loopback interface, with a
 * temporary folder. The process ends with {@link #close}, at the latest with this JVM. Needs {@code
 * kafka_2.13} on the class path.
 */
public final class LocalKafka implements AutoCloseable {
  private static final int START_ATTEMPTS = 3;
  private static final Duration START_TIMEOUT = Duration.ofSeconds(300);

  private final Path folder;
  private final String bootstrapServers;
  private final String furtherServers;
  private volatile Process process;
  private final Thread hook;

  private LocalKafka(Path folder, int port, int furtherPort, Process process) {
    this.folder = folder;
    this.bootstrapServers = "localhost:" + port;
    this.furtherServers = "localhost:" + furtherPort;
    this.process = process;
    this.hook = new Thread(() -> this.process.destroyForcibly(), "kill-broker");
    Runtime.getRuntime().addShutdownHook(hook);
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
      LocalKafka broker = launch(settings);
      try {
        broker.awaitReady();
        return broker;
      } catch (IllegalStateException e) {
        broker.close();
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
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts a killed broker again, on the same ports and data, and returns when it answers. */
  public void restart() {
    try {
      process = process(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("Starting a broker for tests again failed.", e);
    }
    awaitReady();
  }

  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the JVM is shutting down: the hook does it
    }
    delete(folder);
  }

  private static LocalKafka launch(Map<String, String> settings) {
    try {
      Path folder = Files.createTempDirectory("lepcnn-kafka-");
      int broker = freePort();
      int controller = freePort();
      int furtherPort = freePort();
      Files.writeString(
          folder.resolve("server.properties"), properties(folder, broker, controller));
      StringBuilder further = new StringBuilder();
      settings.forEach((key, value) -> further.append(key).append('=').append(value).append('\n'));
      Files.writeString(
          folder.resolve("server.properties"),
          further
              .toString()
              .replace("@BROKER@", "" + broker)
              .replace("@CONTROLLER@", "" + controller)
              .replace("@FURTHER@", "" + furtherPort),
          StandardOpenOption.APPEND);
      Files.writeString(folder.resolve("log4j2.properties"), logging());
      Files.writeString(folder.resolve("arguments"), arguments(folder));
      return new LocalKafka(folder, broker, furtherPort, process(folder));
    } catch (IOException e) {
      throw new UncheckedIOException("Starting a broker for tests failed.", e);
    }
  }

  private static Process process(Path folder) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + folder.resolve("arguments"))
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(Redirect.appendTo(folder.resolve("broker.log").toFile()))
        .start();
  }

  private void awaitReady() {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    Map<String, Object> client =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
            200);
    try (Admin admin = Admin.create(client)) {
      while (!answers(admin)) {
        if (!process.isAlive() || System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("The broker did not start:\n" + log());
        }
      }
    }
  }

  private static boolean answers(Admin admin) {
    try {
      return !admin.describeCluster().nodes().get(1, TimeUnit.SECONDS).isEmpty();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a broker was starting.", e);
    }
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("broker.log"));
    } catch (IOException e) {
      return "(no log: " + e + ")";
    }
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
        "log.dirs=" + folder.resolve("data").toString().replace('\\', '/'),
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
        "rootLogger.appenderRef.console.ref = Console",
        "appender.console.type = Console",
        "appender.console.name = Console",
        "appender.console.layout.type = PatternLayout",
        "appender.console.layout.pattern = %d %-5p %c{1} - %m%n",
        "");
  }

  private static String arguments(Path folder) {
    return String.join(
        "\n",
        "-Xmx512m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Dlog4j2.configurationFile=" + quoted(folder.resolve("log4j2.properties").toString()),
        "-cp",
        quoted(System.getProperty("java.class.path")),
        BrokerMain.class.getName(),
        quoted(folder.resolve("server.properties").toString()),
        Uuid.randomUuid().toString(),
        "");
  }

  /** In an argument file of the launcher, backslashes in quotes are escapes. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\") + '"';
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
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
