/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.deployment.executors.RemoteExecutor;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.net.HostPort;
import org.lepcnn.core.text.Printable;
import org.lepcnn.json.Result;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How to reach a Flink cluster, and what the commands that do have in common. */
final class ClusterOptions {
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 3;

  @Option(
      names = "--jobmanager",
      required = true,
      paramLabel = "HOST:PORT",
      description = "The REST address of the cluster's JobManager.")
  private String jobManager;

  @Option(
      names = "--flink-conf",
      paramLabel = "DIR",
      description = "A folder with Flink's config.yaml, for TLS and other settings of the client.")
  private Path flinkConf;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description =
          "A setting of Flink's client. It overrides --flink-conf. Repeat it for several.")
  private Map<String, String> settings = new TreeMap<>();

  @Option(names = "--json", description = "Print one JSON object on standard output.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** For clients of the cluster. */
  Configuration configuration() {
    if (flinkConf != null && !Files.isDirectory(flinkConf)) {
      throw BadInputException.about("--flink-conf")
          .expected("a folder with config.yaml")
          .found(flinkConf);
    }
    HostPort address = HostPort.parse(jobManager);
    Configuration configuration =
        flinkConf == null
            ? new Configuration()
            : GlobalConfiguration.loadConfiguration(flinkConf.toString());
    configuration.set(RestOptions.RETRY_MAX_ATTEMPTS, ATTEMPTS);
    configuration.set(RestOptions.RETRY_DELAY, Duration.ofSeconds(1));
    settings.forEach(configuration::setString);
    configuration.set(DeploymentOptions.TARGET, RemoteExecutor.NAME);
    configuration.set(DeploymentOptions.ATTACHED, false);
    configuration.set(JobManagerOptions.ADDRESS, address.host());
    configuration.set(RestOptions.ADDRESS, address.host());
    configuration.set(RestOptions.PORT, address.port());
    return configuration;
  }

  /** A client of the cluster. */
  RestClusterClient<StandaloneClusterId> connect() {
    try {
      return new RestClusterClient<>(configuration(), StandaloneClusterId.getInstance());
    } catch (BadInputException e) {
      throw e;
    } catch (Exception e) {
      throw unreachable(e);
    }
  }

  /** The edge jobs that have not ended. */
  List<JobStatusMessage> edgeJobs(RestClusterClient<?> client) {
    List<JobStatusMessage> jobs = new ArrayList<>();
    for (JobStatusMessage job : await(client::listJobs, REQUEST_LIMIT)) {
      if (job.getJobName().equals(EdgeJob.JOB_NAME)
          && !job.getJobState().isGloballyTerminalState()) {
        jobs.add(job);
      }
    }
    return jobs;
  }

  /** A question to the cluster. */
  interface Question<T> {
    java.util.concurrent.CompletableFuture<T> ask() throws Exception;
  }

  /** The answer; a cluster that gives none is an {@link EnvironmentException}. */
  <T> T await(Question<T> question, Duration limit) {
    try {
      return question.ask().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(e);
    } catch (ExecutionException e) {
      throw unreachable(e.getCause());
    } catch (TimeoutException e) {
      throw unreachable(e);
    } catch (Exception e) {
      throw unreachable(e);
    }
  }

  EnvironmentException unreachable(Throwable cause) {
    Throwable deepest = cause;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return EnvironmentException.about("Asking the JobManager at " + jobManager)
        .expected("it to do what was asked")
        .because(cause)
        .found(reason(deepest), "Is the cluster running, and is --jobmanager its REST address?");
  }

  private static String reason(Throwable deepest) {
    if (deepest instanceof UnknownHostException) {
      return "that its name is not known here";
    }
    if (deepest instanceof TimeoutException) {
      return "no answer in time";
    }
    String message = deepest.getMessage();
    String said = message == null || message.isBlank() ? deepest.toString() : message.strip();
    return said.endsWith(".") ? said.substring(0, said.length() - 1) : said;
  }

  /** Prints the result in the form that was asked for. */
  void print(Result result) {
    spec.commandLine().getOut().println(json ? result.json() : Printable.lines(result.text()));
    spec.commandLine().getOut().flush();
  }
}
