/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.time.Duration;
import java.util.List;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.rest.messages.ClusterConfigurationInfoHeaders;
import org.apache.flink.runtime.rest.messages.ConfigurationInfoEntry;
import org.apache.flink.runtime.rest.messages.EmptyMessageParameters;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;

/**
 * What a cluster's own configuration says about jobs. Flink takes these settings from whoever
 * submits, who may be on another machine and know nothing of them; so the JobManager is asked.
 */
final class ClusterSettings {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Settings that travel in the job. Others (restarts, state) the JobManager fills in itself. */
  private static final List<String> OF_JOBS =
      List.of(
          "parallelism.default",
          "pipeline.max-parallelism",
          "pipeline.generic-types",
          "execution.buffer-timeout",
          "execution.checkpointing.");

  private ClusterSettings() {}

  /**
   * The configuration to build a job with: the cluster's, and over it the client's.
   *
   * @param client settings of the client; what is secret among them does not travel in the job
   */
  static Configuration forJob(
      ClusterOptions cluster, RestClusterClient<?> rest, Configuration client) {
    Configuration job = new Configuration();
    for (ConfigurationInfoEntry entry : ask(cluster, rest)) {
      if (OF_JOBS.stream().anyMatch(entry.getKey()::startsWith)) {
        job.setString(entry.getKey(), entry.getValue());
      }
    }
    job.addAll(withoutSecrets(client));
    return job;
  }

  /** Flink puts the configuration of the environment into the job, and the job into its storage. */
  static Configuration withoutSecrets(Configuration client) {
    Configuration open = new Configuration();
    client
        .toMap()
        .forEach(
            (key, value) -> {
              if (!GlobalConfiguration.isSensitive(key)) {
                open.setString(key, value);
              }
            });
    return open;
  }

  private static List<ConfigurationInfoEntry> ask(
      ClusterOptions cluster, RestClusterClient<?> rest) {
    return cluster.await(
        () ->
            rest.sendRequest(
                ClusterConfigurationInfoHeaders.getInstance(),
                EmptyMessageParameters.getInstance(),
                EmptyRequestBody.getInstance()),
        LIMIT);
  }
}
