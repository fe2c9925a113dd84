/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.deployment.executors.RemoteExecutor;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.PipelineExecutor;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.rest.messages.job.JobDetailsInfo;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.json.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code edge submit}: the job on a Flink cluster that runs already. */
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    description = {
      "Submit the edge job to a Flink cluster, and wait until all its tasks run.",
      "The cluster needs the native libraries of the kernels in its lib folder."
    })
final class EdgeSubmit implements Callable<Integer> {
  private static final Duration SUBMIT_LIMIT = Duration.ofMinutes(2);
  private static final Duration RUNNING_LIMIT = Duration.ofMinutes(2);
  private static final long POLL_MILLIS = 300;

  @Mixin private EdgeJobOptions options;
  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  @Option(
      names = "--jar",
      paramLabel = "FILE",
      description = "The job's jar. Default: the one built beside this command.")
  private Path jar;

  @Option(
      names = "--from-savepoint",
      paramLabel = "URI",
      description = "Continue from this savepoint or checkpoint.")
  private String savepoint;

  private record Submitted(String job, String state) implements Result {
    @Override
    public String text() {
      return "edge job " + job + " runs";
    }
  }

  @Override
  public Integer call() throws Exception {
    Configuration configuration = configuration();
    requireAccess();
    try (RestClusterClient<StandaloneClusterId> client = cluster.connect()) {
      List<JobStatusMessage> running = cluster.edgeJobs(client);
      if (!running.isEmpty()) {
        throw RefusedException.about("Submitting the edge job")
            .expected("a cluster without one")
            .found(
                "that job " + running.get(0).getJobId() + " runs there",
                "Stop it first with 'lepcnn edge stop'.");
      }
      StreamGraph graph = graph(ClusterSettings.forJob(cluster, client, configuration));
      JobID job = submit(graph, configuration).getJobID();
      awaitRunning(client, job);
      cluster.print(new Submitted(job.toString(), "RUNNING"));
    }
    return 0;
  }

  private StreamGraph graph(Configuration configuration) {
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(configuration);
    EdgeJob.build(env, options);
    StreamGraph graph = env.getStreamGraph();
    graph.setJobName(EdgeJob.JOB_NAME);
    return graph;
  }

  private JobClient submit(StreamGraph graph, Configuration configuration) {
    PipelineExecutor executor = new RemoteExecutor(configuration);
    ClassLoader classes = EdgeSubmit.class.getClassLoader();
    return cluster.await(() -> executor.execute(graph, configuration, classes), SUBMIT_LIMIT);
  }

  /**
   * Only a definite refusal ends here: the broker may be out of reach of this machine, and its
   * secrets elsewhere, while the cluster has both.
   */
  private void requireAccess() {
    try {
      KafkaAccess.require(options.clientSettings(), options.group);
    } catch (EnvironmentException | BadInputException e) {
      if (KafkaAccess.isRefusal(e)) {
        throw e;
      }
      spec.commandLine().getErr().println("lepcnn: cannot ask Kafka from here: " + e.getMessage());
    }
  }

  private Configuration configuration() {
    Path file = jar == null ? builtJar() : jar;
    if (!Files.isRegularFile(file)) {
      throw BadInputException.about("Submitting the edge job")
          .expected("its jar at " + file)
          .found("none", "Build it with './mvnw -q -DskipTests package', or name it with --jar.");
    }
    Configuration configuration = cluster.configuration();
    configuration.set(PipelineOptions.JARS, List.of(file.toAbsolutePath().toUri().toString()));
    if (savepoint != null) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    return configuration;
  }

  private static Path builtJar() {
    Path home = Path.of(System.getProperty("lepcnn.home", "."));
    Path released = home.resolve("lib/lepcnn-edge-job.jar");
    return Files.exists(released) ? released : home.resolve("edge-job/target/lepcnn-edge-job.jar");
  }

  private void awaitRunning(RestClusterClient<?> client, JobID job) throws InterruptedException {
    long deadline = System.nanoTime() + RUNNING_LIMIT.toNanos();
    while (!allTasksRun(client, job)) {
      JobStatus status = cluster.await(() -> client.getJobStatus(job), SUBMIT_LIMIT);
      if (status.isGloballyTerminalState() || System.nanoTime() > deadline) {
        Optional<JobFailure> failure = JobFailure.newest(cluster, client, job);
        throw EnvironmentException.about("Submitting the edge job")
            .expected("all tasks to run within " + RUNNING_LIMIT.toSeconds() + " s")
            .found(
                "that job "
                    + job
                    + " is "
                    + status
                    + failure.map(each -> " and " + each).orElse(""),
                (failure.isPresent() ? "" : "Are there free slots? ")
                    + "See 'lepcnn edge status' and the JobManager's log; Flink starts the job"
                    + " again until 'lepcnn edge stop'.");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private boolean allTasksRun(RestClusterClient<?> client, JobID job) {
    JobDetailsInfo details = cluster.await(() -> client.getJobDetails(job), SUBMIT_LIMIT);
    return details.getJobStatus() == JobStatus.RUNNING
        && details.getJobVertexInfos().stream()
            .allMatch(vertex -> vertex.getExecutionState().name().equals("RUNNING"));
  }
}
