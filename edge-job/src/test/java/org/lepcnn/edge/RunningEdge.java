/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine;

/** The edge job on a cluster within this process, as the command line would start it. */
final class RunningEdge implements AutoCloseable {
  private static final long WAIT_SECONDS = 300;

  private final MiniCluster flink;
  private final JobClient job;

  private RunningEdge(MiniCluster flink, JobClient job) {
    this.flink = flink;
    this.job = job;
  }

  /**
   * Starts the job and returns when all its tasks run; checkpoints and discovery are quick.
   *
   * @param configuration of the job, a savepoint to go on from, say
   * @param more options of the command line
   */
  static RunningEdge start(
      MiniCluster flink, String bootstrapServers, Configuration configuration, List<String> more)
      throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--bootstrap-server", bootstrapServers,
                "--checkpoint-interval", "500",
                "--discovery-interval", "500"));
    args.addAll(more);
    if (!more.contains("--kernel")) {
      args.addAll(List.of("--kernel", "scalar"));
    }
    EdgeJobOptions options = new EdgeJobOptions();
    new CommandLine(options).parseArgs(args.toArray(new String[0]));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    EdgeJob.build(env, options);
    RunningEdge edge = new RunningEdge(flink, env.executeAsync("edge"));
    await(edge::allTasksRun);
    return edge;
  }

  /** Stops with a savepoint and returns where it is. */
  String stopWithSavepoint(String folder) throws Exception {
    String savepoint =
        job.stopWithSavepoint(false, folder, SavepointFormatType.CANONICAL)
            .get(WAIT_SECONDS, TimeUnit.SECONDS);
    await(() -> status() == JobStatus.FINISHED);
    return savepoint;
  }

  void assertNeverRestarted() {
    assertThat(status()).isEqualTo(JobStatus.RUNNING);
    for (AccessExecutionVertex vertex : graph().getAllExecutionVertices()) {
      assertThat(vertex.getCurrentExecutionAttempt().getAttemptNumber()).isZero();
    }
    assertThat(graph().getStatusTimestamp(JobStatus.RESTARTING)).isZero();
  }

  /** Cancels the job, unless it has ended, and waits for that. */
  @Override
  public void close() throws Exception {
    if (!status().isGloballyTerminalState()) {
      job.cancel().get(WAIT_SECONDS, TimeUnit.SECONDS);
      await(() -> status().isGloballyTerminalState());
    }
  }

  /** Waits until a condition holds, within bounds. */
  static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still waiting").isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  private boolean allTasksRun() {
    for (AccessExecutionVertex vertex : graph().getAllExecutionVertices()) {
      if (vertex.getExecutionState() != ExecutionState.RUNNING) {
        return false;
      }
    }
    return true;
  }

  private AccessExecutionGraph graph() {
    return flink.getExecutionGraph(job.getJobID()).join();
  }

  private JobStatus status() {
    return flink.getJobStatus(job.getJobID()).join();
  }
}
