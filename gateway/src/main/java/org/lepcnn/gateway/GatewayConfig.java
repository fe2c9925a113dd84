/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.TextFile;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.port.PassWindow;
import org.lepcnn.core.text.Printable;
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
 * @param sessions by name; at least one
 */
public record GatewayConfig(
    TransportConfig transport,
    int inFlight,
    int reservation,
    int queue,
    Duration batchWait,
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
        sessions
            .computeIfAbsent(session.group(1), name -> new TreeMap<>())
            .put(session.group(2), value);
      } else {
        rest.put(key, value);
      }
    }
    GatewayConfig config =
        new GatewayConfig(
            transport(rest, base),
            number(rest, "in.flight", 4, PassWindow.PASSES),
            number(rest, "reservation", 16, 1 << 16),
            number(rest, "queue", 64, 1 << 16),
            Duration.ofMillis(number(rest, "batch.wait.millis", 20, 60_000)),
            sessions(sessions, base));
    if (!rest.isEmpty()) {
      throw bad("known keys only", rest.keySet().toString());
    }
    return config;
  }

  private static TransportConfig transport(Map<String, String> keys, Path base) {
    String config = keys.remove("client.config");
    return TransportConfig.builder(required(keys, "bootstrap.servers"), required(keys, "gateway"))
        .clientConfig(
            config == null ? Map.of() : ClientSettings.load(path(base, "client.config", config)))
        .patience(Duration.ofSeconds(number(keys, "patience.seconds", 60, 86_400)))
        .build();
  }

  private static Map<String, SessionConfig> sessions(
      Map<String, Map<String, String>> named, Path base) {
    Map<String, SessionConfig> sessions = new TreeMap<>();
    named.forEach(
        (name, keys) -> {
          String prefix = "session." + name + ".";
          if (!keys.containsKey("state") || !keys.containsKey("tables")) {
            throw bad(prefix + "state and " + prefix + "tables", "only " + keys.keySet());
          }
          sessions.put(
              name,
              new SessionConfig(
                  path(base, prefix + "state", keys.get("state")),
                  path(base, prefix + "tables", keys.get("tables")),
                  keys.get("model"),
                  flag(prefix + "accept-plain", keys.get("accept-plain"))));
        });
    if (sessions.isEmpty()) {
      throw bad("at least one session.NAME.state", "none");
    }
    return sessions;
  }

  private static String required(Map<String, String> keys, String key) {
    String value = keys.remove(key);
    if (value == null || value.isEmpty()) {
      throw bad("a value for " + key, "none");
    }
    return value;
  }

  private static Path path(Path base, String key, String text) {
    try {
      return base.resolve(text);
    } catch (InvalidPathException e) {
      throw bad("a path for " + key, Printable.reason(e));
    }
  }

  private static boolean flag(String key, String text) {
    if (text == null || text.equals("false") || text.equals("true")) {
      return "true".equals(text);
    }
    throw bad(key + " true or false", "'" + text + "'");
  }

  private static int number(Map<String, String> keys, String key, int otherwise, int most) {
    String text = keys.remove(key);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw bad(key + " from 1 to " + most, "'" + text + "'");
  }

  private static Properties load(Path file) {
    Properties properties = new Properties();
    try {
      String what = "gateway configuration " + file;
      properties.load(new StringReader(TextFile.read(what, file, WholeFile.MAX_SETTINGS_BYTES)));
      return properties;
    } catch (NoSuchFileException e) {
      throw bad("a readable file", "no " + file);
    } catch (IOException e) {
      throw EnvironmentException.about("Reading gateway configuration " + file).found(e);
    } catch (IllegalArgumentException e) {
      throw bad("a properties file", file + ", which is none");
    }
  }

  private static BadInputException bad(String expected, String found) {
    return BadInputException.about("Gateway configuration").expected(expected).found(found);
  }
}
