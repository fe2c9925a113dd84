/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.precompute.job.BatchCluster;
import org.lepcnn.precompute.job.TableJob;
import org.lepcnn.precompute.job.TableMaker;
import org.lepcnn.precompute.job.TableSettings;
import org.lepcnn.precompute.job.WorkPlan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Submits one job, reports its progress, and waits for its end. */
final class JobRun {
  private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);
  private static final long POLL_MILLIS = 500;
  private static final long ANSWER_SECONDS = 30;
  private static final double NANOS = 1e9;

  private final BatchCluster cluster;
  private final WorkPlan plan;
  private final ProgressListener listener;
  private long startNanos;

  JobRun(BatchCluster cluster, WorkPlan plan, ProgressListener listener) {
    this.cluster = cluster;
    this.plan = plan;
    this.listener = listener;
  }

  /**
   * Runs the job.
   *
   * @return what it came to
   * @throws LepcnnException the failure that ended it, as a task has thrown it
   * @throws EnvironmentException the cluster does not take the job, or the calling thread was
   *     interrupted, before or while the job runs; then the job is cancelled and the thread's
   *     interrupt status stays set
   */
  Progress run(TableSettings settings, int parallelism) {
    startNanos = System.nanoTime();
    JobClient client = submit(settings, parallelism);
    CompletableFuture<JobExecutionResult> result = client.getJobExecutionResult();
    try {
      while (true) {
        try {
          Map<String, Object> totals =
              result.get(POLL_MILLIS, TimeUnit.MILLISECONDS).getAllAccumulatorResults();
          Progress progress = progress(totals);
          listener.update(progress);
          return progress;
        } catch (TimeoutException e) {
          report(client);
        }
      }
    } catch (InterruptedException e) {
      cancel(client, result);
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  private JobClient submit(TableSettings settings, int parallelism) {
    StreamGraph graph = TableJob.graph(cluster.configuration(), plan, settings, parallelism);
    try {
      return cluster.submit(graph);
    } catch (Exception e) {
      // Flink wraps an interruption in errors of whatever it was doing, such as serializing the job
      if (ExceptionUtils.findThrowable(e, InterruptedException.class).isPresent()
          || Thread.currentThread().isInterrupted()) {
        throw interrupted(e);
      }
      throw EnvironmentException.about("Submitting the job that makes tables")
          .expected("a Flink cluster that takes it")
          .found(ExceptionUtils.stripExecutionException(e), "The next run makes what was issued.");
    }
  }

  /** The thread's interrupt status stays set. */
  private EnvironmentException interrupted(Exception cause) {
    Thread.currentThread().interrupt();
    return new EnvironmentException(
        "Making tables: interrupted. Complete files stay, and "
            + plan.passes()
            + " passes stay issued. Run the command again with --passes 0 and the same folder: it"
            + " makes the files that are missing and issues nothing new.",
        cause);
  }

  private void report(JobClient client) throws InterruptedException {
    Map<String, Object> totals;
    try {
      totals = client.getAccumulators().get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | IllegalStateException e) {
      // the job may just have ended, and its cluster with it (then it refuses to be asked), or its
      // JobManager is restarting: the result will tell
      LOG.debug("asking for progress: {}", e.toString());
      return;
    }
    listener.update(progress(totals));
  }

  private static void cancel(JobClient client, CompletableFuture<JobExecutionResult> result) {
    try {
      client.cancel().get(ANSWER_SECONDS, TimeUnit.SECONDS);
      result.get(ANSWER_SECONDS, TimeUnit.SECONDS);
      LOG.info("the job had ended before it could be cancelled");
    } catch (ExecutionException e) {
      LOG.debug("the job was cancelled: {}", e.toString());
    } catch (TimeoutException | InterruptedException e) {
      LOG.warn("cancelling the job {}: {}", client.getJobID(), e.toString());
    }
  }

  private static RuntimeException failure(ExecutionException e) {
    ClassLoader loader = JobRun.class.getClassLoader();
    Optional<LepcnnException> ours =
        ExceptionUtils.findSerializedThrowable(e, LepcnnException.class, loader);
    if (ours.isPresent()) {
      return ours.get();
    }
    return ExceptionUtils.findThrowable(e, JobRun::isOfTheCluster)
        .<RuntimeException>map(
            cause ->
                new EnvironmentException(
                    "Making tables: the Flink cluster failed: "
                        + cause
                        + ". Complete files stay; run the command again to make the others.",
                    e))
        .orElseGet(() -> new IllegalStateException("The job that makes tables failed", e));
  }

  private static boolean isOfTheCluster(Throwable cause) {
    return cause instanceof IOException
        || cause instanceof TimeoutException
        || cause instanceof NoResourceAvailableException;
  }

  private Progress progress(Map<String, Object> totals) {
    return new Progress(
        total(totals, TableMaker.PASSES),
        plan.passes(),
        total(totals, TableMaker.FILES),
        plan.files(),
        total(totals, TableMaker.BYTES),
        (System.nanoTime() - startNanos) / NANOS);
  }

  private static long total(Map<String, Object> totals, String name) {
    return totals.get(name) instanceof Long value ? value : 0;
  }
}
