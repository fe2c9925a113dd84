/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.text.Steps;
import org.lepcnn.device.vector.VectorUnit;
import org.lepcnn.kafka.client.BrokerUnreachableException;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of a gateway over one transport. */
public final class Gateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final EdgeTransport transport;
  private final Map<String, GatewaySession> sessions = new TreeMap<>();

  private Gateway(EdgeTransport transport) {
    this.transport = transport;
  }

  /** Connects and opens all sessions, or none; the code of every model is warm then. */
  public static Gateway open(GatewayConfig config) {
    TransportConfig transport = config.transport();
    return open(
        config,
        () -> {
          try (Steps steps = new Steps(LOG::warn)) {
            steps.accept(
                "waiting for the Kafka broker at " + transport.client().bootstrapServers());
            return connect(() -> KafkaEdgeTransport.open(transport), transport.patience(), PAUSE);
          }
        });
  }

  /** A broker that is away at the start is waited for, as one that goes away later. */
  static EdgeTransport connect(Supplier<EdgeTransport> open, Duration patience, Duration pause) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        return open.get();
      } catch (BrokerUnreachableException e) {
        if (System.nanoTime() - deadline >= 0) {
          throw e;
        }
        LOG.warn("Trying again: {}", e.getMessage());
        sleep(pause, e);
      }
    }
  }

  private static void sleep(Duration pause, BrokerUnreachableException reason) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw reason;
    }
  }

  /** Opens all sessions on a transport, which is closed with the gateway, or none. */
  static Gateway open(GatewayConfig config, EdgeTransport transport) {
    return open(config, () -> transport);
  }

  /** What is wrong on this machine is told before the broker is asked for anything. */
  static Gateway open(GatewayConfig config, Supplier<EdgeTransport> transport) {
    Map<String, GatewaySession.LocalFiles> files = new TreeMap<>();
    try {
      config
          .sessions()
          .forEach((name, session) -> files.put(name, GatewaySession.LocalFiles.open(session)));
      return open(config, files, transport.get());
    } catch (RuntimeException e) {
      files.values().forEach(GatewaySession.LocalFiles::close);
      throw e;
    }
  }

  /**
   * Opens the sessions of files.
   *
   * @param files those of which there is no session when this fails are left in it
   */
  private static Gateway open(
      GatewayConfig config, Map<String, GatewaySession.LocalFiles> files, EdgeTransport transport) {
    Gateway gateway = new Gateway(transport);
    try {
      for (String name : config.sessions().keySet()) {
        gateway.sessions.put(name, GatewaySession.open(name, files.get(name), config, transport));
        files.remove(name);
      }
      gateway.warmUp();
      return gateway;
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  /** One session of each model: the others run the same code on the same shapes. */
  private void warmUp() {
    Map<Fingerprint, GatewaySession> models = new HashMap<>();
    sessions.values().forEach(session -> models.putIfAbsent(session.fingerprint(), session));
    models.values().forEach(GatewaySession::warmUp);
  }

  /** The models of all sessions, by the sessions' names; closed with the gateway. */
  public List<PrivateModel> models() {
    return sessions.values().stream().map(session -> new PrivateModel(session, () -> {})).toList();
  }

  /**
   * What is said first, when it is ready.
   *
   * @param http where the HTTP door is; null when there is none
   * @param mqtt where the MQTT door's broker is; null when there is none
   */
  public Ready ready(URI http, URI mqtt) {
    return new Ready(
        true,
        VectorUnit.description(),
        http == null ? null : http.toString(),
        mqtt == null ? null : mqtt.toString(),
        sessions.entrySet().stream()
            .map(named -> Ready.Session.of(named.getKey(), named.getValue()))
            .toList());
  }

  /** The sessions and doors that are open, and how this machine masks. */
  public record Ready(
      boolean ready, String loops, String http, String mqtt, List<Session> sessions) {
    /** A device with one of its models. */
    public record Session(String session, String device, String model) {
      private static Session of(String name, GatewaySession session) {
        return new Session(name, session.device(), session.model().modelName());
      }
    }
  }

  /**
   * The session that a request names.
   *
   * @param name a session's name, or the id of a device with one session
   * @throws BadInputException there is none, or the device has several
   */
  GatewaySession session(String name) {
    GatewaySession named = sessions.get(name);
    if (named != null) {
      return named;
    }
    List<GatewaySession> ofDevice =
        sessions.values().stream().filter(session -> session.device().equals(name)).toList();
    if (ofDevice.size() > 1) {
      throw BadInputException.about("Device " + name)
          .expected("the name of one of its sessions")
          .found("several sessions");
    }
    if (ofDevice.isEmpty()) {
      throw BadInputException.about(
              "Expected a session or device of this gateway, of " + sessions.keySet())
          .found("'" + name + "'");
    }
    return ofDevice.get(0);
  }

  @Override
  public void close() {
    sessions.values().forEach(GatewaySession::close);
    transport.close();
  }
}
