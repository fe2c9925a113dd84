/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.Mismatch;
import org.lepcnn.json.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code edge stop}. */
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    description = {
      "Stop the edge job of a Flink cluster.",
      "--savepoint keeps its state (claims and the replay guard) for 'edge submit --from-savepoint'. Without it devices have to claim anew."
    })
final class EdgeStop implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final long POLL_MILLIS = 200;

  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--job",
      paramLabel = "ID",
      description = "The job to stop, if there are several.")
  private String wanted;

  @Option(
      names = "--savepoint",
      paramLabel = "URI",
      description = "A folder for the savepoint that JobManager and TaskManagers can write.")
  private String savepoint;

  private record Stopped(String job, String state, String savepoint) implements Result {
    @Override
    public String text() {
      return savepoint == null
          ? "edge job " + job + " is cancelled"
          : "edge job " + job + " is stopped; savepoint " + savepoint;
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    try (RestClusterClient<StandaloneClusterId> client = cluster.connect()) {
      JobID job = choose(cluster.edgeJobs(client));
      String kept = null;
      if (savepoint == null) {
        cluster.await(() -> client.cancel(job), LIMIT);
      } else {
        kept =
            cluster.await(
                () ->
                    client.stopWithSavepoint(job, false, savepoint, SavepointFormatType.CANONICAL),
                LIMIT);
      }
      awaitEnd(client, job);
      cluster.print(new Stopped(job.toString(), kept == null ? "CANCELED" : "FINISHED", kept));
    }
    return 0;
  }

  private JobID choose(List<JobStatusMessage> jobs) {
    for (JobStatusMessage job : jobs) {
      if (job.getJobId().toString().equals(wanted)) {
        return job.getJobId();
      }
    }
    if (wanted != null || jobs.size() != 1) {
      throw unclear(jobs.stream().map(job -> job.getJobId().toString()).toList());
    }
    return jobs.get(0).getJobId();
  }

  private BadInputException unclear(List<String> jobs) {
    Mismatch<BadInputException> mismatch =
        BadInputException.about("Stopping the edge job")
            .expected(wanted == null ? "exactly one" : "job " + wanted);
    return jobs.size() > 1
        ? mismatch.found("that the cluster runs " + jobs, "Choose one with --job.")
        : mismatch.found("that the cluster runs " + (jobs.isEmpty() ? "none" : jobs.get(0)));
  }

  private void awaitEnd(RestClusterClient<?> client, JobID job) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!cluster.await(() -> client.getJobStatus(job), LIMIT).isGloballyTerminalState()) {
      if (System.nanoTime() > deadline) {
        throw EnvironmentException.about("Stopping edge job " + job)
            .expected("its end within " + LIMIT.toSeconds() + " s")
            .found("that it still runs", "See the JobManager's log.");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }
}
