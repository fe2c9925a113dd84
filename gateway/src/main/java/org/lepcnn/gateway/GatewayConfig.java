/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.TextFile;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.port.PassWindow;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.transport.TransportConfig;

/**
 * The configuration file of a gateway, Java properties. Unknown keys are refused; relative paths
 * are relative to the file.
 *
 * <pre>
 *   gateway               its name
 *   bootstrap.servers     HOST:PORT[,HOST:PORT]...
 *   client.config         a file of Kafka client properties; optional
 *   patience.seconds      how long to wait for an answer, retries included; 60
 *   in.flight             passes at the same time of each session, at most 64; 4
 *   reservation           passes that are reserved together; 16
 *   queue                 inputs of PrivateModel that wait or run at a time, of each session; 64
 *   batch.wait.millis     how long a pass of a batch waits for further inputs; 20
 *   http.*                the HTTP door, see {@link HttpSettings}; none without http.port
 *   mqtt.*                the MQTT door, see {@link MqttSettings}; none without mqtt.host
 *   session.NAME.state    the state folder of a device
 *   session.NAME.tables   the folder of its tables
 *   session.NAME.model    first digits of the model, when the state holds several; optional
 *   session.NAME.accept-plain  true: the state may be without a passphrase although one is given,
 *                         and is put under it; false
 * </pre>
 *
 * @param transport how to reach the edge
 * @param inFlight passes at the same time of each session
 * @param reservation passes that are reserved together
 * @param queue inputs of {@link PrivateModel} that wait or run at a time, of each session
 * @param batchWait how long a pass of a batch waits for further inputs
 * @param http the HTTP door; null when there is none
 * @param mqtt the MQTT door; null when there is none
 * @param sessions by name; at least one
 */
public record GatewayConfig(
    TransportConfig transport,
    int inFlight,
    int reservation,
    int queue,
    Duration batchWait,
    HttpSettings http,
    MqttSettings mqtt,
    Map<String, SessionConfig> sessions) {
  private static final Pattern SESSION =
      Pattern.compile("session\\.([A-Za-z0-9_-]{1,64})\\.(state|tables|model|accept-plain)");

  /**
   * A device and a model.
   *
   * @param state the state folder
   * @param tables the folder of tables
   * @param model first digits of the model; null when the state holds one
   * @param acceptPlain whether the state may be without a passphrase although one is given
   */
  record SessionConfig(Path state, Path tables, String model, boolean acceptPlain) {}

  /** Reads and checks a file. */
  public static GatewayConfig read(Path file) {
    Properties properties = load(file);
    Path base = file.toAbsolutePath().getParent();
    Map<String, Map<String, String>> sessions = new TreeMap<>();
    Map<String, String> rest = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      String value = properties.getProperty(key).strip();
      Matcher session = SESSION.matcher(key);
      if (session.matches()) {
        sessions.computeIfAbsent(session.group(1), name -> new TreeMap<>()).put(key, value);
      } else {
        rest.put(key, value);
      }
    }
    ConfigKeys keys = new ConfigKeys(rest, base);
    TransportConfig transport = transport(keys);
    GatewayConfig config =
        new GatewayConfig(
            transport,
            keys.number("in.flight", 4, PassWindow.PASSES),
            keys.number("reservation", 16, 1 << 16),
            keys.number("queue", 64, 1 << 16),
            Duration.ofMillis(keys.number("batch.wait.millis", 20, 60_000)),
            HttpSettings.read(keys),
            MqttSettings.read(keys, transport.gateway(), transport.patience()),
            sessions(sessions, base));
    keys.end();
    return config;
  }

  private static TransportConfig transport(ConfigKeys keys) {
    Path config = keys.path("client.config");
    return TransportConfig.builder(keys.required("bootstrap.servers"), keys.required("gateway"))
        .clientConfig(config == null ? Map.of() : ClientSettings.load(config))
        .patience(Duration.ofSeconds(keys.number("patience.seconds", 60, 86_400)))
        .build();
  }

  private static Map<String, SessionConfig> sessions(
      Map<String, Map<String, String>> named, Path base) {
    Map<String, SessionConfig> sessions = new TreeMap<>();
    named.forEach(
        (name, values) -> sessions.put(name, session(name, new ConfigKeys(values, base))));
    if (sessions.isEmpty()) {
      throw ConfigKeys.bad("at least one session.NAME.state", "none");
    }
    return sessions;
  }

  private static SessionConfig session(String name, ConfigKeys keys) {
    String prefix = "session." + name + ".";
    if (!keys.has(prefix + "state") || !keys.has(prefix + "tables")) {
      throw ConfigKeys.bad(prefix + "state and " + prefix + "tables", "only " + keys.left());
    }
    return new SessionConfig(
        keys.path(prefix + "state"),
        keys.path(prefix + "tables"),
        keys.text(prefix + "model"),
        keys.flag(prefix + "accept-plain"));
  }

  private static Properties load(Path file) {
    Properties properties = new Properties();
    try {
      String what = "gateway configuration " + file;
      properties.load(new StringReader(TextFile.read(what, file, WholeFile.MAX_SETTINGS_BYTES)));
      return properties;
    } catch (NoSuchFileException e) {
      throw ConfigKeys.bad("a readable file", "no " + file);
    } catch (IOException e) {
      throw EnvironmentException.about("Reading gateway configuration " + file).found(e);
    } catch (IllegalArgumentException e) {
      throw ConfigKeys.bad("a properties file", file + ", which is none");
    }
  }
}
