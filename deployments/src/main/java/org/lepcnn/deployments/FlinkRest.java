/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.json.Json;

/**
 * Questions to the REST server of a JobManager.
 *
 * <p>A server that does not answer is an {@link EnvironmentException}; every question and every
 * wait is bounded. Instances may be used by several threads.
 */
public final class FlinkRest {
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);
  private static final Duration METRIC_LIMIT = Duration.ofSeconds(30);
  private static final long POLL_MILLIS = 200;

  private final URI base;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(REQUEST_LIMIT)
          .build();

  /**
   * @param base such as {@code http://127.0.0.1:8081}
   */
  public FlinkRest(URI base) {
    this.base = base;
  }

  /** Whether the server answers. */
  public boolean isUp() {
    try {
      get("/overview");
      return true;
    } catch (EnvironmentException e) {
      return false;
    }
  }

  /** The ids of all jobs that this JobManager knows, finished ones too. */
  public List<String> jobIds() {
    return get("/jobs").at("jobs").items().stream().map(job -> job.at("id").asText()).toList();
  }

  /** The job's state as Flink names it: {@code CREATED}, {@code RUNNING}, {@code CANCELED}, ... */
  public String jobState(String jobId) {
    return get("/jobs/" + jobId).at("state").asText();
  }

  /** Whether the job and each of its tasks run. */
  public boolean isRunning(String jobId) {
    Json job = get("/jobs/" + jobId);
    return job.at("state").asText().equals("RUNNING")
        && job.at("vertices").items().stream()
            .allMatch(vertex -> vertex.at("status").asText().equals("RUNNING"));
  }

  /** How often the job was restarted since its submission; waits until Flink has a count. */
  public long restarts(String jobId) {
    String path = "/jobs/" + jobId + "/metrics?get=numRestarts";
    List<Json> values = new ArrayList<>();
    await(
        () -> values.addAll(get(path).items()), METRIC_LIMIT, "the restart count of job " + jobId);
    return Long.parseLong(values.get(0).at("value").asText());
  }

  /** What Flink knows of the job's checkpoints. */
  public CheckpointStats checkpoints(String jobId) {
    Json answer = get("/jobs/" + jobId + "/checkpoints");
    Json counts = answer.at("counts");
    long completed = counts.at("completed").asLong();
    long largest = completed == 0 ? 0 : answer.at("summary").at("state_size").at("max").asLong();
    return new CheckpointStats(completed, counts.at("failed").asLong(), largest);
  }

  /**
   * Checkpoints since the job's submission.
   *
   * @param completed how many
   * @param failed how many
   * @param largestBytes full size of the largest completed one; 0 when there is none
   */
  public record CheckpointStats(long completed, long failed, long largestBytes) {}

  /** What a job runs with, whoever decided it. */
  public RunSettings settings(String jobId) {
    Json checkpoints = get("/jobs/" + jobId + "/checkpoints/config");
    Json execution = get("/jobs/" + jobId + "/config").at("execution-config");
    return new RunSettings(
        get("/jobs/" + jobId).at("vertices").items().stream()
            .map(vertex -> vertex.at("parallelism").asLong())
            .collect(Collectors.toSet()),
        Duration.ofMillis(checkpoints.at("interval").asLong()),
        checkpoints.at("mode").asText(),
        checkpoints.at("tolerable_failed_checkpoints").asLong(),
        checkpoints.at("unaligned_checkpoints").asBoolean(),
        execution.at("restart-strategy").asText());
  }

  /**
   * What a job runs with.
   *
   * @param parallelism of its vertices, every number once
   * @param checkpointInterval time between checkpoints
   * @param checkpointMode {@code exactly_once} or {@code at_least_once}
   * @param tolerableFailures failed checkpoints in a row that it outlives
   * @param unaligned whether checkpoints may hold records in flight
   * @param restarts the restart strategy, in Flink's words
   */
  public record RunSettings(
      Set<Long> parallelism,
      Duration checkpointInterval,
      String checkpointMode,
      long tolerableFailures,
      boolean unaligned,
      String restarts) {}

  /** Asks for the end of a job and waits until it has ended. */
  public void cancel(String jobId, Duration limit) {
    HttpRequest.BodyPublisher nothing = HttpRequest.BodyPublishers.noBody();
    send(request("/jobs/" + jobId + "?mode=cancel").method("PATCH", nothing).build());
    await(() -> jobState(jobId).equals("CANCELED"), limit, "job " + jobId + " to be cancelled");
  }

  /** Waits until the job and each of its tasks run. */
  public void awaitRunning(String jobId, Duration limit) {
    await(() -> isRunning(jobId), limit, "job " + jobId + " and all its tasks to run");
  }

  /** Waits until a checkpoint is completed after those there are now. */
  public void awaitNextCheckpoint(String jobId, Duration limit) {
    long before = checkpoints(jobId).completed();
    await(() -> checkpoints(jobId).completed() > before, limit, "the next checkpoint");
  }

  /**
   * Waits until a condition holds.
   *
   * @param what completes the sentence "Waited for ... " in the message
   */
  public void await(BooleanSupplier condition, Duration limit, String what) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw EnvironmentException.about("Waiting for Flink at " + base)
            .expected(what + " within " + limit.toSeconds() + " s")
            .found("that it did not come");
      }
      pause(what);
    }
  }

  private Json get(String path) {
    return Json.parse(send(request(path).GET().build()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path)).timeout(REQUEST_LIMIT);
  }

  private String send(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw EnvironmentException.about(request.method() + " " + request.uri())
            .expected("an answer of Flink")
            .found("status " + response.statusCode(), response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw EnvironmentException.about(request.method() + " " + request.uri())
          .expected("an answer of Flink")
          .found(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Interrupted while waiting for " + request.uri(), e);
    }
  }

  private void pause(String what) {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Interrupted while waiting for " + what, e);
    }
  }
}
