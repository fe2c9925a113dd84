/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.messages.JobExceptionsHeaders;
import org.apache.flink.runtime.rest.messages.JobExceptionsInfoWithHistory.RootExceptionInfo;
import org.apache.flink.runtime.rest.messages.job.JobExceptionsMessageParameters;
import org.lepcnn.core.text.Printable;

/**
 * Why a job failed and was started again, as the JobManager remembers it.
 *
 * @param failedMillis when, in milliseconds of the epoch
 * @param failure the deepest cause, with its class; one line
 */
record JobFailure(long failedMillis, String failure) {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String CAUSED_BY = "Caused by: ";
  private static final int MOST_CHARACTERS = 500;

  /** The newest failure; empty when there was none. */
  static Optional<JobFailure> newest(
      ClusterOptions cluster, RestClusterClient<?> client, JobID job) {
    JobExceptionsMessageParameters parameters = new JobExceptionsMessageParameters();
    parameters.jobPathParameter.resolve(job);
    List<RootExceptionInfo> entries =
        cluster
            .await(
                () ->
                    client.sendRequest(
                        JobExceptionsHeaders.getInstance(),
                        parameters,
                        EmptyRequestBody.getInstance()),
                LIMIT)
            .getExceptionHistory()
            .getEntries();
    return entries.stream()
        .max((a, b) -> Long.compare(a.getTimestamp(), b.getTimestamp()))
        .map(newest -> new JobFailure(newest.getTimestamp(), deepestCause(newest.getStacktrace())));
  }

  /** The last cause that a stack trace names; its first line when it names none. */
  static String deepestCause(String stackTrace) {
    String deepest = null;
    for (String line : stackTrace.lines().toList()) {
      if (deepest == null && !line.isBlank()) {
        deepest = line;
      } else if (line.startsWith(CAUSED_BY)) {
        deepest = line.substring(CAUSED_BY.length());
      }
    }
    String text = deepest == null ? "unknown" : deepest.strip();
    return Printable.line(text, MOST_CHARACTERS);
  }

  /** For people. */
  @Override
  public String toString() {
    return "failed at " + Instant.ofEpochMilli(failedMillis) + ": " + failure;
  }
}
