/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.lepcnn.command.Output;
import org.lepcnn.core.text.Steps;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.control.ControlTopics;
import picocli.CommandLine.Option;

/** How to reach the broker, as Kafka's own commands have it. */
public final class KafkaOptions {
  private static final Duration CONTROL_LIMIT = Duration.ofSeconds(30);

  @Option(
      names = "--bootstrap-server",
      required = true,
      paramLabel = "HOST:PORT",
      description = "The Kafka brokers to connect to first, separated by commas.")
  private String bootstrapServers;

  @Option(
      names = "--client-config",
      paramLabel = "FILE",
      description = "Kafka client properties, for security and tuning.")
  private Path clientConfig;

  public String bootstrapServers() {
    return bootstrapServers;
  }

  public Map<String, String> properties() {
    return clientConfig == null ? Map.of() : ClientSettings.load(clientConfig);
  }

  ClientSettings settings() {
    return ClientSettings.of(bootstrapServers, properties());
  }

  /** The control topics, which have to be there. */
  ControlTopics control(Output output) {
    return ask(output, () -> ControlTopics.connect(settings(), CONTROL_LIMIT));
  }

  /** Asks the broker something; while its answer takes long, lines of progress say so. */
  public <T> T ask(Output output, Supplier<T> question) {
    try (Steps steps = new Steps(output::progress)) {
      steps.accept("waiting for the Kafka broker at " + bootstrapServers);
      return question.get();
    }
  }
}
