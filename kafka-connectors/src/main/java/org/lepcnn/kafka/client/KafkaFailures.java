/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.text.Printable;

/** Turns what Kafka's clients throw into this project's errors, with a remedy. */
public final class KafkaFailures {
  private KafkaFailures() {}

  /**
   * The error to throw.
   *
   * @param doing what was being done, such as "Opening the gateway's transport"
   */
  public static LepcnnException translate(
      String doing, ClientSettings settings, Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof LepcnnException already) {
      return already;
    }
    if (hasCause(cause, ConfigException.class) || isUnusableFile(cause)) {
      return new BadInputException(
          doing + ": the client settings are not usable: " + deepest(cause), failure);
    }
    return new EnvironmentException(doing + ": " + reason(settings, cause), failure);
  }

  /** Waits for an admin call; the exception is the cause, still Kafka's. */
  public static <T> T await(KafkaFuture<T> future, long timeoutMillis) throws ExecutionException {
    try {
      return future.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExecutionException(new InterruptException(e));
    } catch (TimeoutException e) {
      throw new ExecutionException(e);
    }
  }

  /** The failure without the wrappers of futures. */
  public static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String reason(ClientSettings settings, Throwable cause) {
    String servers = settings.bootstrapServers();
    if (cause instanceof TimeoutException
        || cause instanceof org.apache.kafka.common.errors.TimeoutException) {
      return silence(settings);
    }
    if (hasCause(cause, CertPathBuilderException.class)
        || hasCause(cause, CertificateException.class)) {
      return "the certificate of the broker at "
          + servers
          + " is not trusted: "
          + sentence(deepest(cause).getMessage())
          + " Check ssl.truststore.location in --client-config, and that the certificate names this"
          + " host.";
    }
    if (cause instanceof AuthenticationException) {
      return "the broker at "
          + servers
          + " does not accept the credentials or the connection's security: "
          + sentence(deepest(cause).getMessage())
          + " Check user, password, key and security.protocol in --client-config.";
    }
    if (cause instanceof AuthorizationException) {
      return "the broker at "
          + servers
          + " does not allow it: "
          + sentence(cause.getMessage())
          + " Grant the access rules (ACLs) of this user: lepcnn topics create --acls.";
    }
    return "Kafka at " + servers + " reports " + sentence(cause.toString());
  }

  /** A broker that does not answer: away, or a misunderstanding about TLS. */
  private static String silence(ClientSettings settings) {
    String servers = settings.bootstrapServers();
    String expected = "expected an answer of the Kafka broker at " + servers + "; found ";
    EndpointProbe.Finding finding = EndpointProbe.find(servers);
    if (finding == EndpointProbe.Finding.TLS && !settings.usesTls()) {
      return expected
          + "one that speaks TLS alone, while the client settings do not. Set security.protocol to"
          + " SASL_SSL or SSL in --client-config.";
    }
    if (finding == EndpointProbe.Finding.NO_TLS && settings.usesTls()) {
      return expected
          + "one that does not speak TLS, while the client settings ask for it. Is"
          + " --bootstrap-server the secured listener?";
    }
    if (finding == EndpointProbe.Finding.TLS) {
      return expected
          + "none in time, although it speaks TLS. Does it want another security.protocol (SASL_SSL"
          + " and a user) or a client certificate in --client-config? Else it is overloaded.";
    }
    return expected + "none in time. Is the broker running, and is --bootstrap-server right?";
  }

  private static String sentence(String text) {
    String line = Printable.line(text);
    return line.endsWith(".") ? line : line + ".";
  }

  /** Key and trust stores are read when a client is made; then the failure names no broker. */
  private static boolean isUnusableFile(Throwable cause) {
    return hasCause(cause, NoSuchFileException.class)
        || hasCause(cause, AccessDeniedException.class);
  }

  private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  private static Throwable deepest(Throwable failure) {
    Throwable t = failure;
    while (t.getCause() != null) {
      t = t.getCause();
    }
    return t;
  }
}
