/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.deployments.security.LocalSecurity;
import org.lepcnn.process.BrokerProcess;
import org.lepcnn.process.FreePorts;

/**
 * A Kafka broker (KRaft, its own controller) in a process of its own, on the loopback interface.
 *
 * <p>It ends when this process ends, however that happens. {@link #kill()} and {@link #restart()}
 * keep port and data. The folder given to {@link #start} holds configuration, data and log and is
 * left to the caller.
 *
 * <p>Not safe for use by several threads.
 */
public final class LocalBroker implements AutoCloseable {
  /** What the folder's disk must have left, in bytes. */
  public static final long MINIMUM_DISK_BYTES = 512L << 20;

  /**
   * Not G1, the JVM's default: in a heap of this size it takes every record of more than 512 KB for
   * humongous and marks the whole heap again and again.
   */
  private static final String COLLECTOR = "-XX:+UseParallelGC";

  private final LocalLayout layout;
  private final Path folder;
  private final int port;
  private final LocalSecurity security; // null without
  private BrokerProcess process;

  private LocalBroker(LocalLayout layout, Path folder, int port, LocalSecurity security) {
    this.layout = layout;
    this.folder = folder;
    this.port = port;
    this.security = security;
  }

  /** Starts a broker on a free port. */
  public static LocalBroker start(Path folder) {
    return start(LocalLayout.find(), folder, FreePorts.find());
  }

  /**
   * Starts a broker and waits until it serves. Everybody on this machine may do everything there.
   *
   * @param folder made if absent; must not be in use by another broker
   * @param port of the loopback interface
   * @throws EnvironmentException when the port is taken, the disk is short of space, the jars are
   *     not built, or the broker does not start; then nothing is left running
   */
  public static LocalBroker start(LocalLayout layout, Path folder, int port) {
    return startAny(layout, folder, port, null);
  }

  /**
   * The same with TLS on every listener, authenticated clients, and access rules: see {@link
   * LocalSecurity}.
   */
  public static LocalBroker start(
      LocalLayout layout, Path folder, int port, LocalSecurity security) {
    return startAny(layout, folder, port, Objects.requireNonNull(security, "security"));
  }

  private static LocalBroker startAny(
      LocalLayout layout, Path folder, int port, LocalSecurity security) {
    if (!FreePorts.isFree(port)) {
      throw EnvironmentException.about("Starting the broker")
          .expected("port " + port + " to be free")
          .found("that it is in use", "Stop what listens there, or choose another.");
    }
    LocalBroker broker = new LocalBroker(layout, folder.toAbsolutePath(), port, security);
    broker.prepare();
    broker.process = BrokerProcess.start(broker.setup());
    return broker;
  }

  /** The address for clients. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  public int port() {
    return port;
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

  /** Starts the broker again on the same port and data; ends it first when it runs. */
  public void restart() {
    process.restart();
  }

  /** Ends the broker within a bounded time. */
  @Override
  public void close() {
    process.close();
  }

  private void prepare() {
    try {
      Files.createDirectories(folder);
      long left = folder.toFile().getUsableSpace();
      if (left < MINIMUM_DISK_BYTES) {
        throw EnvironmentException.about("Starting the broker")
            .expected((MINIMUM_DISK_BYTES >> 20) + " MB of disk for " + folder)
            .found((left >> 20) + " MB");
      }
      String listeners = security == null ? "plaintext" : "secured";
      String template =
          Files.readString(layout.conf().resolve("server.properties"))
              + Files.readString(layout.conf().resolve("listeners-" + listeners + ".properties"));
      Files.writeString(BrokerProcess.Setup.configuration(folder), filledIn(template));
    } catch (IOException e) {
      throw EnvironmentException.about("Writing the broker's folder " + folder).found(e);
    }
  }

  private String filledIn(String template) {
    Map<String, String> values = new HashMap<>();
    values.put("BROKER_PORT", Integer.toString(port));
    List<Integer> free = FreePorts.find(2);
    values.put("CONTROLLER_PORT", free.get(0).toString());
    values.put("INTERNAL_PORT", free.get(1).toString());
    values.put("DATA_DIR", BrokerProcess.Setup.data(folder).toString());
    if (security != null) {
      values.putAll(security.brokerSettings());
    }
    String text = template;
    for (Map.Entry<String, String> value : values.entrySet()) {
      text = text.replace("@" + value.getKey() + "@", value.getValue().replace("\\", "\\\\"));
    }
    return text;
  }

  private BrokerProcess.Setup setup() {
    return new BrokerProcess.Setup(
        folder,
        layout.brokerClassPath(),
        security == null ? List.of() : List.of(security.storageArgument()),
        List.of("-Xmx512m", COLLECTOR),
        layout.conf().resolve("log4j2.properties"));
  }
}
