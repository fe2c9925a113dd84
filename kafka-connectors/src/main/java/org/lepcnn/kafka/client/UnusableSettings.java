/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.lepcnn.core.text.Printable;

/**
 * Says why no client can be made of the settings. Kafka's own message is "Failed to create new
 * KafkaAdminClient"; the reason stands in the causes behind it.
 */
final class UnusableSettings {
  private static final Pattern QUOTED = Pattern.compile("'(?!KafkaClient'|java\\.)[^']*'?");

  private UnusableSettings() {}

  /** Whether it happened while a client was being made, before any broker was asked. */
  static boolean isReasonOf(Throwable failure) {
    if (Causes.has(failure, ConfigException.class) || isMissingFile(failure)) {
      return true;
    }
    // What a broker says is an ApiException. A client that cannot be made throws the bare class.
    return failure instanceof KafkaException
        && !(failure instanceof ApiException)
        && failure.getCause() != null
        && String.valueOf(failure.getMessage()).matches("Failed to (create|construct) .*");
  }

  /** Whether a file that the settings name is missing; it may be there on another machine. */
  static boolean isMissingFile(Throwable failure) {
    return Causes.has(failure, NoSuchFileException.class)
        || Causes.has(failure, AccessDeniedException.class);
  }

  /** Whether the network failed while a client was being made: one that asks for a token, say. */
  static boolean isOfTheNetwork(Throwable failure) {
    return Causes.has(failure, SocketException.class)
        || Causes.has(failure, UnknownHostException.class)
        || Causes.has(failure, InterruptedIOException.class)
        || Causes.has(failure, HttpTimeoutException.class);
  }

  /** Whether no name of a bootstrap server is known here. */
  static boolean isUnknownName(Throwable failure, ClientSettings settings) {
    return Causes.find(failure, ConfigException.class)
            .filter(e -> Printable.reason(e).contains(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG))
            .isPresent()
        && EndpointProbe.find(settings.bootstrapServers()) == EndpointProbe.Finding.UNKNOWN_NAME;
  }

  /** The reason, and what to do. */
  static String explain(Throwable failure, ClientSettings settings) {
    return KafkaFailures.sentence(withoutSecrets(Causes.deepest(failure).toString()))
        + " "
        + remedy(failure, settings);
  }

  /** Kafka quotes pieces of a {@code sasl.jaas.config} that it cannot parse: a password, say. */
  private static String withoutSecrets(String text) {
    return text.contains("JAAS") ? QUOTED.matcher(text).replaceAll("'...'") : text;
  }

  private static String remedy(Throwable failure, ClientSettings settings) {
    String all = Causes.text(failure).toLowerCase(Locale.ROOT);
    if (Causes.has(failure, ConfigException.class) || isMissingFile(failure)) {
      return "Correct it in --client-config.";
    }
    if (all.contains("jaas") || all.contains("login") || all.contains("sasl")) {
      return "Expected in --client-config: sasl.jaas.config=CLASS required username=\"...\""
          + " password=\"...\"; with the semicolon, CLASS being the login module of sasl.mechanism,"
          + settings
              .mechanism()
              .map(found -> " which is " + KafkaFailures.sentence(found))
              .orElse(" which is missing (SCRAM-SHA-512, say).");
    }
    return "Check location, type (PEM, PKCS12, JKS) and password of ssl.truststore and ssl.keystore"
        + " in --client-config.";
  }
}
