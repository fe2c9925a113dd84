/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.lepcnn.json.Result;
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

  private record Status(List<Job> jobs) implements Result {
    @Override
    public String text() {
      return jobs.isEmpty()
          ? "no edge job"
          : jobs.stream().map(Job::line).collect(Collectors.joining("\n")).stripTrailing();
    }
  }

  private record Job(
      String job,
      String state,
      long startedMillis,
      CheckpointHealth checkpoints,
      @JsonUnwrapped JobFailure last) {
    String line() {
      return job + "  " + state + "  " + checkpoints + (last == null ? "" : "  " + last);
    }
  }

  @Override
  public Integer call() {
    List<Job> jobs = new ArrayList<>();
    try (RestClusterClient<StandaloneClusterId> client = cluster.connect()) {
      for (JobStatusMessage job : cluster.edgeJobs(client)) {
        jobs.add(
            new Job(
                job.getJobId().toString(),
                job.getJobState().name(),
                job.getStartTime(),
                CheckpointHealth.of(cluster, client, job.getJobId()),
                JobFailure.newest(cluster, client, job.getJobId()).orElse(null)));
      }
    }
    cluster.print(new Status(jobs));
    return 0;
  }
}
