/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.client.deployment.executors.RemoteExecutor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.net.HostPort;

/**
 * The owner's own Flink cluster, reached through its JobManager's REST address. Never the edge's
 * cluster: its TaskManagers read the owner file.
 */
public final class RemoteCluster implements BatchCluster {
  private static final int CONNECT_MILLIS = 5_000;

  /** A JobManager that restarts may be away for so many attempts, that far apart. */
  private static final int ATTEMPTS = 30;

  private static final Duration ATTEMPT_DELAY = Duration.ofSeconds(2);

  private final Configuration configuration;

  /**
   * @param parallelism of the jobs
   * @param jars code that the cluster does not have in its {@code lib} folder
   */
  public RemoteCluster(HostPort jobManager, int parallelism, List<Path> jars) {
    configuration = new Configuration();
    configuration.set(DeploymentOptions.TARGET, RemoteExecutor.NAME);
    configuration.set(DeploymentOptions.ATTACHED, true);
    configuration.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    configuration.set(JobManagerOptions.ADDRESS, jobManager.host());
    configuration.set(RestOptions.ADDRESS, jobManager.host());
    configuration.set(RestOptions.PORT, jobManager.port());
    configuration.set(RestOptions.RETRY_MAX_ATTEMPTS, ATTEMPTS);
    configuration.set(RestOptions.RETRY_DELAY, ATTEMPT_DELAY);
    configuration.set(
        PipelineOptions.JARS, jars.stream().map(jar -> jar.toUri().toString()).toList());
  }

  /**
   * Checks that something listens there.
   *
   * @throws EnvironmentException nothing does
   */
  public static void requireReachable(HostPort jobManager) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(jobManager.host(), jobManager.port()), CONNECT_MILLIS);
    } catch (IOException e) {
      throw EnvironmentException.about("Connecting to the JobManager at " + jobManager)
          .expected("its REST address")
          .found(e, "Nothing was issued. Start the cluster or correct the address.");
    }
  }

  @Override
  public Configuration configuration() {
    return configuration;
  }

  @Override
  public JobClient submit(StreamGraph graph) throws Exception {
    return new StreamExecutionEnvironment(configuration).executeAsync(graph);
  }

  @Override
  public void close() {
    // the cluster is not ours to stop
  }
}
