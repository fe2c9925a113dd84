/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.client.deployment.executors.LocalExecutor;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.FileUtils;
import org.lepcnn.core.error.EnvironmentException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flink inside this process, for one job: one TaskManager, loopback addresses on free ports, no web
 * page, a REST endpoint that answers nobody. {@link #close} waits until its threads and temporary
 * files are gone.
 */
public final class LocalCluster implements BatchCluster {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);
  private static final long SHUTDOWN_SECONDS = 30;
  private static final long START_SECONDS = 120;
  private static final String LOOPBACK = "127.0.0.1";

  private final Configuration configuration;
  private final Path scratch;
  private final List<MiniCluster> started = new ArrayList<>();

  public LocalCluster(int parallelism) {
    scratch = createScratch();
    Configuration c = new Configuration();
    c.set(CoreOptions.TMP_DIRS, scratch.toString());
    c.set(BlobServerOptions.STORAGE_DIRECTORY, scratch.toString());
    c.set(WebOptions.TMP_DIR, scratch.toString());
    c.set(WebOptions.UPLOAD_DIR, scratch.toString());
    c.set(ClusterOptions.PROCESS_WORKING_DIR_BASE, scratch.toString());
    c.set(SecurityOptions.DELEGATION_TOKENS_ENABLED, false);
    c.set(DeploymentOptions.TARGET, LocalExecutor.NAME);
    c.set(DeploymentOptions.ATTACHED, true);
    c.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    c.set(TaskManagerOptions.NUM_TASK_SLOTS, parallelism);
    c.set(RestOptions.ADDRESS, LOOPBACK);
    c.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    c.set(RestOptions.BIND_PORT, "0");
    c.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    c.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    c.set(WebOptions.SUBMIT_ENABLE, false);
    c.set(ClosedRestHandlerFactory.CLOSED, true);
    // progress travels with the heartbeats; a starved machine must not look like a lost one
    c.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
    c.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofMinutes(5));
    c.set(WebOptions.REFRESH_INTERVAL, Duration.ofMillis(500));
    this.configuration = c;
  }

  /**
   * Looks, before anything is issued, whether Flink can start here: it asks for this machine's own
   * address by its name.
   *
   * @throws EnvironmentException the name has no address
   */
  public static void requireOwnName() {
    try {
      InetAddress.getLocalHost();
    } catch (UnknownHostException e) {
      throw EnvironmentException.about("Starting Flink in this process")
          .expected("an address for this machine's own name")
          .because(e)
          .found(
              "none, " + e.getMessage(),
              "Add the line '"
                  + LOOPBACK
                  + " NAME', with that name, to /etc/hosts. Nothing was issued.");
    }
  }

  @Override
  public Configuration configuration() {
    return configuration;
  }

  @Override
  public JobClient submit(StreamGraph graph) throws Exception {
    LocalExecutor executor = LocalExecutor.createWithFactory(configuration, this::newMiniCluster);
    return executor
        .execute(graph, configuration, LocalCluster.class.getClassLoader())
        .get(START_SECONDS, TimeUnit.SECONDS);
  }

  /** Also when the thread was interrupted, whose interrupt status stays; bounded. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    for (MiniCluster cluster : started) {
      interrupted |= stop(cluster);
    }
    FileUtils.deleteDirectoryQuietly(scratch.toFile());
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean stop(MiniCluster cluster) {
    try {
      cluster.closeAsync().get(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return true;
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("stopping the local Flink: {}", e.toString());
    }
    return false;
  }

  private static Path createScratch() {
    try {
      return Files.createTempDirectory("lepcnn-precompute");
    } catch (IOException e) {
      throw EnvironmentException.about("Starting the local Flink")
          .expected("a writable temporary folder")
          .found(e);
    }
  }

  private MiniCluster newMiniCluster(MiniClusterConfiguration miniClusterConfiguration) {
    MiniCluster cluster = new MiniCluster(miniClusterConfiguration);
    started.add(cluster);
    return cluster;
  }
}
