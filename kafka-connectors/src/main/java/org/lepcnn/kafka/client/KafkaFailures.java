/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.text.Printable;
import org.lepcnn.kafka.chunk.ChunkLayout;

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
    if (UnusableSettings.isUnknownName(cause, settings)) {
      return new BrokerUnreachableException(
          doing + ": " + BrokerSilence.unknownName(settings), failure);
    }
    if (UnusableSettings.isReasonOf(cause) && !UnusableSettings.isOfTheNetwork(cause)) {
      return new BadInputException(
          doing
              + ": the client settings are not usable: "
              + UnusableSettings.explain(cause, settings),
          failure);
    }
    if (isSilence(cause)) {
      return new BrokerUnreachableException(
          doing + ": " + BrokerSilence.explain(settings), failure);
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

  /**
   * Whether the settings can never work, on whatever machine; a file that they name may be missing
   * on this one alone.
   */
  public static boolean isHopeless(LepcnnException translated) {
    return translated instanceof BadInputException
        && translated.getCause() != null
        && !UnusableSettings.isMissingFile(translated);
  }

  private static boolean isSilence(Throwable cause) {
    return cause instanceof TimeoutException
        || cause instanceof org.apache.kafka.common.errors.TimeoutException;
  }

  private static String reason(ClientSettings settings, Throwable cause) {
    String broker = "the broker at " + settings.bootstrapServers();
    if (Causes.has(cause, CertPathBuilderException.class)
        || Causes.has(cause, CertificateException.class)) {
      return "the certificate of "
          + broker
          + " is not trusted: "
          + sentence(Causes.deepest(cause))
          + " Check ssl.truststore.location in --client-config, and that the certificate names this"
          + " host.";
    }
    if (cause instanceof AuthenticationException) {
      return broker
          + " does not accept the credentials or the connection's security: "
          + sentence(Causes.deepest(cause))
          + " Check user, password, key and security.protocol in --client-config.";
    }
    if (cause instanceof AuthorizationException) {
      return broker
          + " does not allow it: "
          + sentence(cause)
          + " Grant the access rules (ACLs) of this user: lepcnn topics create --acls.";
    }
    if (cause instanceof RecordTooLargeException) {
      return tooLarge(cause);
    }
    return "Kafka at "
        + settings.bootstrapServers()
        + " reports "
        + sentence(Causes.deepest(cause).toString());
  }

  /** The topic takes less than the record has, or the producer's settings do. */
  private static String tooLarge(Throwable cause) {
    return "expected that records of up to "
        + ChunkLayout.MAX_RECORD_BYTES
        + " bytes may be written; found a limit below that: "
        + sentence(cause)
        + " Raise max.message.bytes of the topic ('lepcnn topics create' names it), and remove"
        + " max.request.size from --client-config.";
  }

  private static String sentence(Throwable failure) {
    return sentence(Printable.reason(failure));
  }

  static String sentence(String text) {
    String line = Printable.line(text);
    return line.endsWith(".") ? line : line + ".";
  }
}
