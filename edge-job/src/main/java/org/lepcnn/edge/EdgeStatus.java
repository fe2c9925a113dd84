/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.lepcnn.core.io.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code edge status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description =
        "List the edge jobs of a Flink cluster that have not ended, how many of their checkpoints failed and why, and why the jobs last failed.")
final class EdgeStatus implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;

  @Override
  public Integer call() {
    StringBuilder text = new StringBuilder();
    Json.JsonArray jobs = Json.array();
    try (RestClusterClient<StandaloneClusterId> client = cluster.connect()) {
      for (JobStatusMessage job : cluster.edgeJobs(client)) {
        Optional<JobFailure> failure = JobFailure.newest(cluster, client, job.getJobId());
        CheckpointHealth checkpoints = CheckpointHealth.of(cluster, client, job.getJobId());
        text.append(job.getJobId()).append("  ").append(job.getJobState());
        text.append("  ").append(checkpoints);
        failure.ifPresent(last -> text.append("  ").append(last));
        text.append('\n');
        jobs.add(describe(job, checkpoints, failure));
      }
    }
    cluster.print(
        text.isEmpty() ? "no edge job" : text.toString().stripTrailing(),
        Json.object().put("jobs", jobs));
    return 0;
  }

  private static Json.JsonObject describe(
      JobStatusMessage job, CheckpointHealth checkpoints, Optional<JobFailure> failure) {
    Json.JsonObject json =
        Json.object()
            .put("job", job.getJobId().toString())
            .put("state", job.getJobState().name())
            .put("startedMillis", job.getStartTime())
            .put("checkpoints", checkpoints.json());
    failure.ifPresent(
        last -> json.put("failedMillis", last.atMillis()).put("failure", last.reason()));
    return json;
  }
}
