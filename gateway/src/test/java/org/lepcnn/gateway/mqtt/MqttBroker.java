/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Set;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager;

/** A real broker of MQTT 5 in this process, which can be stopped and started again. */
public final class MqttBroker implements AutoCloseable {
  public static final String USER = "gateway";

  /** How often it looks for last wills that are due. */
  private static final int SCAN_MILLIS = 200;

  private final Path folder;
  private final int port;
  private final String tls;
  private final String password;
  private EmbeddedActiveMQ server;

  private MqttBroker(Path folder, String tls, String password) {
    this.folder = folder;
    this.port = freePort();
    this.tls = tls;
    this.password = password;
  }

  /** A broker for everybody, without TLS. */
  public static MqttBroker open(Path folder) throws Exception {
    MqttBroker broker = new MqttBroker(folder, "", null);
    broker.start();
    return broker;
  }

  /**
   * A broker with TLS, for a user with a password who shows a certificate.
   *
   * @param stores with {@code broker.p12}, which holds its key, and {@code trusted.p12}
   */
  static MqttBroker guarded(Path folder, Path stores, String storePassword, String password)
      throws Exception {
    String tls =
        ";sslEnabled=true;needClientAuth=true;keyStoreType=PKCS12;keyStorePath="
            + stores.resolve("broker.p12")
            + ";keyStorePassword="
            + storePassword
            + ";trustStoreType=PKCS12;trustStorePath="
            + stores.resolve("trusted.p12")
            + ";trustStorePassword="
            + storePassword;
    MqttBroker broker = new MqttBroker(folder, tls, password);
    broker.start();
    return broker;
  }

  public int port() {
    return port;
  }

  /** Starts it, with what it kept. */
  void start() throws Exception {
    Configuration config =
        new ConfigurationImpl()
            .setPersistenceEnabled(true)
            .setJournalType(JournalType.NIO)
            .setJournalFileSize(1 << 20)
            .setJournalMinFiles(2)
            .setJournalDirectory(folder.resolve("journal").toString())
            .setBindingsDirectory(folder.resolve("bindings").toString())
            .setPagingDirectory(folder.resolve("paging").toString())
            .setLargeMessagesDirectory(folder.resolve("large").toString())
            .setMaxDiskUsage(-1)
            .setJMXManagementEnabled(false)
            .setMqttSessionScanInterval(SCAN_MILLIS)
            .setSecurityEnabled(password != null)
            .addAcceptorConfiguration("mqtt", "tcp://127.0.0.1:" + port + "?protocols=MQTT" + tls);
    server = new EmbeddedActiveMQ();
    server.setConfiguration(config);
    server.setSecurityManager(new OneUser(password));
    server.start();
  }

  /** Stops it; it keeps sessions and messages. */
  void stop() throws Exception {
    server.stop();
  }

  @Override
  public void close() throws Exception {
    stop();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Lets one user do everything. */
  private record OneUser(String secret) implements ActiveMQSecurityManager {
    @Override
    public boolean validateUser(String user, String password) {
      return USER.equals(user) && secret.equals(password);
    }

    @Override
    public boolean validateUserAndRole(
        String user, String password, Set<Role> roles, CheckType checkType) {
      return validateUser(user, password);
    }
  }
}
