/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.lepcnn.core.error.EnvironmentException;

/**
 * A Kafka broker (KRaft, its own controller) in a process of its own. It is formatted when it is
 * new, and serves when {@link #start} returns. It ends with this process at the latest; {@link
 * #kill()} and {@link #restart()} keep its data.
 *
 * <p>Kafka's classes are known here by name alone. Not safe for use by several threads.
 */
public final class BrokerProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(300);
  private static final String STARTED = "Kafka Server started";

  private final Setup setup;
  private ManagedProcess process;

  private BrokerProcess(Setup setup) {
    this.setup = setup;
  }

  /**
   * What a broker is started with.
   *
   * @param folder exists; holds {@code server.properties}, and gets the data and the logs
   * @param classPath with Kafka's server
   * @param formatArguments further ones of Kafka's StorageTool
   * @param jvmArguments of the broker
   * @param logging the Log4j configuration; Kafka's server logs at INFO
   */
  public record Setup(
      Path folder,
      List<String> classPath,
      List<String> formatArguments,
      List<String> jvmArguments,
      Path logging) {
    public Setup {
      classPath = List.copyOf(classPath);
      formatArguments = List.copyOf(formatArguments);
      jvmArguments = List.copyOf(jvmArguments);
    }

    /** The broker's configuration. */
    public Path configuration() {
      return configuration(folder);
    }

    /** The configuration of a broker in a folder. */
    public static Path configuration(Path folder) {
      return folder.resolve("server.properties");
    }

    /** Where a broker in a folder has its data: {@code log.dirs} of the configuration. */
    public static Path data(Path folder) {
      return folder.resolve("data");
    }

    private ProcessSpec spec(String name, String mainClass, List<String> arguments) {
      return new ProcessSpec(name, classPath, mainClass, arguments, folder.resolve(name + ".log"));
    }

    private List<String> jvm(List<String> own) {
      List<String> all = new ArrayList<>(own);
      all.add("-Dlog4j2.configurationFile=" + logging.toUri());
      return all;
    }
  }

  /**
   * Starts a broker and waits until it serves.
   *
   * @throws EnvironmentException when it does not; then nothing is left running
   */
  public static BrokerProcess start(Setup setup) {
    BrokerProcess broker = new BrokerProcess(setup);
    if (!Files.exists(Setup.data(setup.folder()).resolve("meta.properties"))) {
      broker.format();
    }
    broker.launch();
    return broker;
  }

  /** The operating system's id of the broker's process. */
  public long pid() {
    return process.pid();
  }

  /** Whether the process is there. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** The broker's log. */
  public Path log() {
    return process.log();
  }

  /** SIGKILL, and waits until the process is gone. */
  public void kill() {
    process.kill();
  }

  /** Starts the broker again on the same data; ends it first when it runs. */
  public void restart() {
    process.close();
    launch();
  }

  /** Ends the broker within a bounded time. */
  @Override
  public void close() {
    process.close();
  }

  private void format() {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("format", "-t", clusterId(), "-c", setup.configuration().toString()));
    arguments.addAll(setup.formatArguments());
    ProcessSpec spec =
        setup
            .spec("broker-format", "kafka.tools.StorageTool", arguments)
            .withJvmArguments(setup.jvm(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1")));
    try (ManagedProcess tool = ManagedProcess.start(spec)) {
      int status = tool.awaitExit(START_LIMIT);
      if (status != 0) {
        throw new EnvironmentException(
            "Formatting the broker's data folder %s ended with status %d; see %s:%n%s"
                .formatted(Setup.data(setup.folder()), status, tool.log(), tool.logTail()));
      }
    }
  }

  private void launch() {
    ProcessSpec spec =
        setup
            .spec("broker", "kafka.Kafka", List.of(setup.configuration().toString()))
            .withJvmArguments(setup.jvm(setup.jvmArguments()));
    process = ManagedProcess.start(spec);
    try {
      process.awaitLine(STARTED, START_LIMIT);
    } catch (EnvironmentException e) {
      process.close();
      throw e;
    }
  }

  /** Kafka's notation of a random UUID; a leading hyphen would look like an option. */
  private static String clusterId() {
    UUID id = UUID.randomUUID();
    byte[] bytes =
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits() & Long.MAX_VALUE)
            .putLong(id.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
