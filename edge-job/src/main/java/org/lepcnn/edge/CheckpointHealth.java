/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.messages.JobMessageParameters;
import org.apache.flink.runtime.rest.messages.checkpoints.CheckpointStatistics.FailedCheckpointStatistics;
import org.apache.flink.runtime.rest.messages.checkpoints.CheckpointingStatistics;
import org.apache.flink.runtime.rest.messages.checkpoints.CheckpointingStatisticsHeaders;

/**
 * Whether a job's checkpoints succeed, as the JobManager remembers it.
 *
 * @param completed how many
 * @param failed how many
 * @param lastFailedMillis when the last one failed, in milliseconds of the epoch; null without one
 * @param lastFailure why; null without one
 */
record CheckpointHealth(long completed, long failed, Long lastFailedMillis, String lastFailure) {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** Asks the cluster. */
  static CheckpointHealth of(ClusterOptions cluster, RestClusterClient<?> client, JobID job) {
    JobMessageParameters parameters = new JobMessageParameters();
    parameters.jobPathParameter.resolve(job);
    CheckpointingStatistics statistics =
        cluster.await(
            () ->
                client.sendRequest(
                    CheckpointingStatisticsHeaders.getInstance(),
                    parameters,
                    EmptyRequestBody.getInstance()),
            LIMIT);
    return of(
        statistics.getCounts(), statistics.getLatestCheckpoints().getFailedCheckpointStatistics());
  }

  private static CheckpointHealth of(
      CheckpointingStatistics.Counts counts, FailedCheckpointStatistics last) {
    long completed = counts.getNumberCompletedCheckpoints();
    long failed = counts.getNumberFailedCheckpoints();
    if (last == null) {
      return new CheckpointHealth(completed, failed, null, null);
    }
    String why = last.getFailureMessage();
    return new CheckpointHealth(
        completed, failed, last.getFailureTimestamp(), why == null ? "unknown" : why.strip());
  }

  /** For people. */
  @Override
  public String toString() {
    String counts = "checkpoints " + completed + " completed, " + failed + " failed";
    return lastFailure == null
        ? counts
        : "%s, the last one at %s: %s"
            .formatted(
                counts,
                Instant.ofEpochMilli(lastFailedMillis),
                lastFailure.lines().findFirst().orElse(""));
  }
}
