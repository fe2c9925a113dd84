/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.Map;
import org.lepcnn.kafka.client.ClientSettings;
import picocli.CommandLine.Option;

/** How to reach the broker, as Kafka's own commands have it. */
final class KafkaOptions {
  @Option(
      names = "--bootstrap-server",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Kafka brokers to start from, separated by commas.")
  private String bootstrapServers;

  @Option(
      names = "--client-config",
      paramLabel = "FILE",
      description = "Kafka client properties, for security and tuning.")
  private Path clientConfig;

  String bootstrapServers() {
    return bootstrapServers;
  }

  Map<String, String> properties() {
    return clientConfig == null ? Map.of() : ClientSettings.load(clientConfig);
  }

  ClientSettings settings() {
    return ClientSettings.of(bootstrapServers, properties());
  }
}
