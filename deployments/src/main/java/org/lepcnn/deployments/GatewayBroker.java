/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclBinding;
import org.lepcnn.deployments.security.ClientAuthentication;
import org.lepcnn.deployments.security.LocalSecurity;
import org.lepcnn.kafka.access.AccessAdmin;
import org.lepcnn.kafka.access.AccessRules;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.control.ControlTopics;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.process.FreePorts;

/** A local broker, open to everybody on this machine or secured, and its one gateway. */
public final class GatewayBroker implements AutoCloseable {
  private static final String GROUP = "lepcnn-edge";

  /** Requests and bytes a second: no quota is what stops a device on its own machine. */
  private static final long MUCH = 1L << 40;

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final String gateway;
  private final LocalBroker broker;
  private final LocalSecurity security; // null without

  /**
   * How the broker should be.
   *
   * @param port null for a free one
   * @param secured with TLS, SCRAM, a user for each role, and access rules
   */
  public record Wish(Integer port, boolean secured) {
    /** For a sentence that ends with the broker. */
    public String how() {
      return secured ? ", with TLS, users and access rules" : "";
    }
  }

  private GatewayBroker(String gateway, LocalBroker broker, LocalSecurity security) {
    this.gateway = gateway;
    this.broker = broker;
    this.security = security;
  }

  /**
   * Starts a broker.
   *
   * @param folder gets the folders {@code broker} and, when it is secured, {@code security}
   */
  public static GatewayBroker start(LocalLayout layout, Path folder, String gateway, Wish wish) {
    int port = wish.port() == null ? FreePorts.find() : wish.port();
    Path data = folder.resolve("broker");
    if (!wish.secured()) {
      return new GatewayBroker(gateway, LocalBroker.start(layout, data, port), null);
    }
    LocalSecurity security =
        LocalSecurity.prepare(
            folder.resolve("security"), ClientAuthentication.SCRAM, List.of(gateway));
    return new GatewayBroker(gateway, LocalBroker.start(layout, data, port, security), security);
  }

  /** What {@code lepcnn topics create} does, with {@code --acls} where the broker is secured. */
  public void createTopics() {
    ClientSettings admin = adminSettings();
    try (TopicAdmin topics = TopicAdmin.connect(admin, TIMEOUT)) {
      topics.create(gateway, TopicSettings.DEFAULT.withReplicationFactor(1));
    }
    if (security != null) {
      List<AclBinding> rules = new ArrayList<>();
      rules.addAll(AccessRules.ofGateway(gateway, "User:" + LocalSecurity.gatewayUser(gateway)));
      rules.addAll(AccessRules.ofEdge("User:" + LocalSecurity.EDGE, GROUP));
      try (AccessAdmin access = AccessAdmin.connect(admin, TIMEOUT)) {
        access.grant(rules);
      }
    }
  }

  /** The edge serves this model, for this device, through this gateway, and nothing else. */
  public void admit(Path edgeHalf, String device) {
    ClientSettings admin = ClientSettings.of(bootstrapServers(), config(LocalSecurity.ADMIN));
    ControlTopics control = ControlTopics.connect(admin, TIMEOUT);
    ModelRecord model = PublishedBundle.record(edgeHalf, null, null);
    control.put(model);
    control.put(
        new DeviceRecord(
            device,
            gateway,
            List.of(model.getModel()),
            MUCH,
            MUCH,
            DeviceStatus.ENROLLED,
            List.of()));
  }

  /** The broker itself. */
  public LocalBroker broker() {
    return broker;
  }

  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** What an administrator connects with. */
  public ClientSettings adminSettings() {
    return ClientSettings.of(bootstrapServers(), config(LocalSecurity.ADMIN));
  }

  /** The gateway's client settings. */
  public Map<String, String> gatewayConfig() {
    return config(LocalSecurity.gatewayUser(gateway));
  }

  /** The further options of {@code lepcnn edge run} and of the edge job. */
  public List<String> edgeOptions() {
    return security == null
        ? List.of()
        : List.of("--client-config", security.clientConfig(LocalSecurity.EDGE).toString());
  }

  @Override
  public void close() {
    broker.close();
  }

  private Map<String, String> config(String user) {
    return security == null ? Map.of() : ClientSettings.load(security.clientConfig(user));
  }
}
