/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.time.Duration;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.topic.Topics;

/**
 * Settings of a {@link KafkaEdgeTransport}.
 *
 * @param client servers and client settings
 * @param gateway the gateway's name, see {@link Topics}
 * @param retryTimeout how long to wait for an answer before the same bytes are sent again; doubles
 *     with every retry
 * @param maxBackoff the longest wait between two attempts
 * @param refusalBackoff the wait after the first retriable refusal; doubles with every further one
 * @param patience how long to try in all
 * @param lifetime how old a request may be, by the broker's clock, when the edge reads it
 * @param connectTimeout how long to wait for the broker when opening
 * @param closeTimeout how long closing waits for each of its steps
 */
public record TransportConfig(
    ClientSettings client,
    String gateway,
    Duration retryTimeout,
    Duration maxBackoff,
    Duration refusalBackoff,
    Duration patience,
    Duration lifetime,
    Duration connectTimeout,
    Duration closeTimeout) {

  public TransportConfig {
    Topics.checkGateway(gateway);
    positive("retry time-out", retryTimeout);
    positive("refusal back-off", refusalBackoff);
    positive("patience", patience);
    positive("lifetime", lifetime);
    positive("connect time-out", connectTimeout);
    positive("close time-out", closeTimeout);
    if (maxBackoff.compareTo(retryTimeout) < 0) {
      throw BadInputException.about("Transport")
          .expected("a longest back-off not below the retry time-out of " + retryTimeout)
          .found(maxBackoff);
    }
  }

  /**
   * Settings with defaults for everything else.
   *
   * @param bootstrapServers {@code host:port[,host:port]...}
   */
  public static Builder builder(String bootstrapServers, String gateway) {
    return new Builder(bootstrapServers, gateway);
  }

  private static void positive(String name, Duration value) {
    if (value.toMillis() < 1) {
      throw BadInputException.about("Transport")
          .expected("a " + name + " of at least 1 ms")
          .found(value);
    }
  }

  /** Builds settings; every method but {@link #build} returns the builder. */
  public static final class Builder {
    private final String bootstrapServers;
    private final String gateway;
    private Map<String, String> clientConfig = Map.of();
    private Duration retryTimeout = Duration.ofSeconds(2);
    private Duration maxBackoff = Duration.ofSeconds(10);
    private Duration refusalBackoff = Duration.ofMillis(250);
    private Duration patience = Duration.ofSeconds(60);
    private Duration lifetime = Duration.ofSeconds(60);
    private Duration connectTimeout = Duration.ofSeconds(15);
    private Duration closeTimeout = Duration.ofSeconds(3);

    private Builder(String bootstrapServers, String gateway) {
      this.bootstrapServers = bootstrapServers;
      this.gateway = gateway;
    }

    /** Further client settings under Kafka's names, see {@link ClientSettings#load}. */
    public Builder clientConfig(Map<String, String> value) {
      clientConfig = Map.copyOf(value);
      return this;
    }

    /** Default 2 s. */
    public Builder retryTimeout(Duration value) {
      retryTimeout = value;
      return this;
    }

    /** Default 10 s. */
    public Builder maxBackoff(Duration value) {
      maxBackoff = value;
      return this;
    }

    /** Default 250 ms. */
    public Builder refusalBackoff(Duration value) {
      refusalBackoff = value;
      return this;
    }

    /** Default 60 s. */
    public Builder patience(Duration value) {
      patience = value;
      return this;
    }

    /** Default 60 s. */
    public Builder lifetime(Duration value) {
      lifetime = value;
      return this;
    }

    /** Default 15 s. */
    public Builder connectTimeout(Duration value) {
      connectTimeout = value;
      return this;
    }

    /** Default 3 s. */
    public Builder closeTimeout(Duration value) {
      closeTimeout = value;
      return this;
    }

    /** Checks and builds. */
    public TransportConfig build() {
      return new TransportConfig(
          ClientSettings.of(bootstrapServers, clientConfig),
          gateway,
          retryTimeout,
          maxBackoff,
          refusalBackoff,
          patience,
          lifetime,
          connectTimeout,
          closeTimeout);
    }
  }
}
