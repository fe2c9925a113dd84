/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.lepcnn.core.error.EnvironmentException;

/** A Flink cluster in this process with the edge job on it. */
final class EmbeddedCluster implements AutoCloseable {
  private static final int DEFAULT_PARALLELISM = 1;
  private static final long STOP_SECONDS = 15;

  private final MiniCluster cluster;
  private final int parallelism;
  private final JobID job;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedCluster(MiniCluster cluster, int parallelism, JobID job) {
    this.cluster = cluster;
    this.parallelism = parallelism;
    this.job = job;
  }

  /**
   * Starts the cluster and submits the job.
   *
   * @param webPort port of the REST interface, 0 for a free one
   * @param checkpoints folder of checkpoints, or null
   */
  static EmbeddedCluster start(EdgeJobOptions options, int webPort, Path checkpoints) {
    int parallelism = options.parallelism().orElse(DEFAULT_PARALLELISM);
    Configuration configuration = LoopbackAddresses.in(new Configuration());
    configuration.set(RestOptions.BIND_PORT, Integer.toString(webPort));
    configuration.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    restartSoon(configuration);
    if (checkpoints != null) {
      configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
      configuration.set(
          CheckpointingOptions.CHECKPOINTS_DIRECTORY,
          checkpoints.toAbsolutePath().toUri().toString());
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    EdgeJob.build(env, options);
    StreamGraph graph = env.getStreamGraph();
    graph.setJobName(EdgeJob.JOB_NAME);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(parallelism)
                .build());
    try {
      cluster.start();
      return new EmbeddedCluster(cluster, parallelism, cluster.submitJob(graph).get().getJobID());
    } catch (Exception e) {
      var unused = cluster.closeAsync();
      throw new EnvironmentException(
          "Starting Flink in this process: " + e.getMessage() + ". Is --web-port free?", e);
    }
  }

  /** Restarts without a limit, as Flink does by itself, but after at most half a minute. */
  private static void restartSoon(Configuration configuration) {
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY,
        RestartStrategyOptions.RestartStrategyType.EXPONENTIAL_DELAY.getMainValue());
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
        Duration.ofMillis(500));
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
        Duration.ofSeconds(30));
  }

  /** Subtasks of every operator. */
  int parallelism() {
    return parallelism;
  }

  /** The REST interface. */
  URI restAddress() {
    return cluster.getRestAddress().join();
  }

  /** Whether every task of the job runs, its operators opened. */
  boolean allTasksRun() throws InterruptedException {
    try {
      AccessExecutionGraph graph = cluster.getExecutionGraph(job).get();
      if (graph.getState() != JobStatus.RUNNING) {
        return false;
      }
      for (AccessExecutionVertex vertex : graph.getAllExecutionVertices()) {
        if (vertex.getExecutionState() != ExecutionState.RUNNING) {
          return false;
        }
      }
      return true;
    } catch (ExecutionException e) {
      return false;
    }
  }

  /** Waits until the job ends, which it only does when it is stopped or beyond help. */
  void awaitEnd() throws InterruptedException {
    try {
      var result = cluster.requestJobResult(job).get();
      if (!closed.get() && !result.isSuccess()) {
        throw new EnvironmentException(
            "The edge job ended: "
                + result.getSerializedThrowable().orElse(null)
                + ". See the log.");
      }
    } catch (ExecutionException e) {
      if (!closed.get()) {
        throw new EnvironmentException("The edge job ended: " + e.getCause() + ". See the log.", e);
      }
    }
  }

  /** Stops the job and the cluster; what takes longer than a bounded time is left behind. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        cluster.cancelJob(job).get(STOP_SECONDS, TimeUnit.SECONDS);
        cluster.closeAsync().get(STOP_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        // the process ends anyway
      }
    }
  }
}
