/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.RunningJvm;

/**
 * A standalone Flink cluster on this machine, started and stopped by {@code
 * deployments/local/cluster}: a JobManager and TaskManagers, each a process of its own.
 *
 * <p>All processes end when this process ends, however that happens. The folder given to {@link
 * #start} holds configuration, checkpoints and logs and is left to the caller.
 *
 * <p>Not safe for use by several threads.
 */
public final class LocalFlinkCluster implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(300);
  private static final Duration CLIENT_LIMIT = Duration.ofSeconds(300);
  private static final Pattern JOB_ID = Pattern.compile("JobID ([0-9a-f]{32})");
  private static final String TASK_MANAGER = "taskmanager-";

  private final LocalLayout layout;
  private final Path folder;
  private final List<ManagedProcess> scripts = new ArrayList<>();
  private FlinkRest rest;

  private LocalFlinkCluster(LocalLayout layout, Path folder) {
    this.layout = layout;
    this.folder = folder;
  }

  /**
   * What a cluster is made of.
   *
   * @param taskManagers how many, at least 1
   * @param slots of each TaskManager, at least 1
   * @param settings of Flink, over those of {@code deployments/local/conf/config.yaml}
   * @param highlyAvailable with ZooKeeper, so that jobs outlive their JobManager
   */
  public record Size(
      int taskManagers, int slots, Map<String, String> settings, boolean highlyAvailable) {
    public Size {
      settings = Map.copyOf(settings);
    }
  }

  /** Starts a cluster on free ports and waits until every TaskManager is registered. */
  public static LocalFlinkCluster start(Path folder, Size size) {
    return start(LocalLayout.find(), folder, size);
  }

  /**
   * Starts a cluster on free ports and waits until every TaskManager is registered.
   *
   * @param folder made if absent; must not be in use by another cluster
   * @throws EnvironmentException when it does not start, with what the script said; then nothing is
   *     left running
   */
  public static LocalFlinkCluster start(LocalLayout layout, Path folder, Size size) {
    LocalFlinkCluster cluster = new LocalFlinkCluster(layout, folder.toAbsolutePath());
    List<String> arguments =
        new ArrayList<>(List.of("start", "--only", "flink", "--free-ports", "--exit-with-parent"));
    arguments.addAll(List.of("--taskmanagers", Integer.toString(size.taskManagers())));
    arguments.addAll(List.of("--slots", Integer.toString(size.slots())));
    if (size.highlyAvailable()) {
      arguments.add("--ha");
    }
    new TreeMap<>(size.settings())
        .forEach((key, value) -> arguments.addAll(List.of("--conf", key + "=" + value)));
    try {
      Files.createDirectories(cluster.folder);
    } catch (IOException e) {
      throw EnvironmentException.about("Making the cluster's folder " + folder).found(e);
    }
    cluster.launch(arguments, "cluster is up");
    cluster.rest = new FlinkRest(URI.create("http://127.0.0.1:" + cluster.restPort()));
    return cluster;
  }

  /** Questions to the JobManager. */
  public FlinkRest rest() {
    return rest;
  }

  /**
   * Submits a job with Flink's own client, as a process.
   *
   * @param options further ones of {@code cluster submit}
   * @param mainClass null for the one that the jar's manifest names
   * @return the job id
   */
  public String submit(
      Path jar, String mainClass, List<String> options, List<String> jobArguments) {
    List<String> arguments = new ArrayList<>(List.of("submit", "--jar", jar.toString()));
    arguments.addAll(options);
    if (mainClass != null) {
      arguments.addAll(List.of("--class", mainClass));
    }
    arguments.add("--");
    arguments.addAll(jobArguments);
    String output = run(arguments);
    Matcher matcher = JOB_ID.matcher(output);
    if (!matcher.find()) {
      throw EnvironmentException.about("Submitting a job").expected("a job id").found(output);
    }
    return matcher.group(1);
  }

  /** The process id of the JobManager. */
  public long jobManagerPid() {
    return pid("jobmanager");
  }

  /** The process ids of the TaskManagers that run, by their numbers from 1. */
  public Map<Integer, Long> taskManagerPids() {
    Map<Integer, Long> pids = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder.resolve("pids"))) {
      for (String name : files.map(file -> file.getFileName().toString()).toList()) {
        if (name.startsWith(TASK_MANAGER) && RunningJvm.isAlive(pid(name))) {
          pids.put(Integer.valueOf(name.substring(TASK_MANAGER.length())), pid(name));
        }
      }
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the process ids in " + folder).found(e);
    }
    return pids;
  }

  /** SIGKILL to a TaskManager, and waits until it is gone. */
  public void killTaskManager(int number) {
    killNow(pid(TASK_MANAGER + number));
    run(List.of("taskmanager", "kill", Integer.toString(number)));
  }

  /** Starts a TaskManager, killed or new, and waits until it is registered. */
  public void startTaskManager(int number) {
    launch(
        List.of("taskmanager", "start", Integer.toString(number), "--exit-with-parent"),
        TASK_MANAGER + number + " is up");
  }

  /** SIGKILL to the JobManager, and waits until it is gone. */
  public void killJobManager() {
    killNow(jobManagerPid());
    run(List.of("jobmanager", "kill"));
  }

  /**
   * Starts a JobManager that was killed, on the same REST port, and waits until it answers. It
   * finds the jobs again when the cluster is {@linkplain Size#highlyAvailable() highly available}.
   */
  public void startJobManager() {
    launch(List.of("jobmanager", "start", "--exit-with-parent"), "jobmanager is up");
  }

  /** The log of {@code jobmanager} or {@code taskmanager-N}. */
  public Path log(String name) {
    return folder.resolve("logs").resolve(name + ".log");
  }

  /** Stops all processes within a bounded time. */
  @Override
  public void close() {
    try {
      run(List.of("stop"));
    } finally {
      scripts.forEach(ManagedProcess::close);
    }
  }

  /** At once, not after the start of a script; which then waits until the process is gone. */
  private static void killNow(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private int restPort() {
    try {
      Properties ports = new Properties();
      ports.load(new StringReader(Files.readString(folder.resolve("cluster.env"))));
      return Integer.parseInt(ports.getProperty("REST_PORT"));
    } catch (IOException | NumberFormatException e) {
      throw EnvironmentException.about("Reading " + folder.resolve("cluster.env"))
          .expected("a REST port")
          .found(e);
    }
  }

  private long pid(String name) {
    try {
      return Long.parseLong(Files.readString(folder.resolve("pids").resolve(name)).strip());
    } catch (IOException e) {
      throw EnvironmentException.about("The cluster in " + folder).expected(name).found(e);
    }
  }

  /** Starts the script so that it stays and holds the life line of what it starts. */
  private void launch(List<String> arguments, String done) {
    ManagedProcess script = script(arguments);
    try {
      script.awaitLine(done, START_LIMIT);
      scripts.add(script);
    } catch (EnvironmentException e) {
      script.close();
      throw e;
    }
  }

  /** Runs the script to its end; its output. */
  private String run(List<String> arguments) {
    Path output = folder.resolve("script-" + arguments.get(0) + ".log");
    try {
      Files.deleteIfExists(output);
    } catch (IOException e) {
      throw EnvironmentException.about("Writing " + output).found(e);
    }
    try (ManagedProcess script = script(arguments)) {
      int status = script.awaitExit(CLIENT_LIMIT);
      String said = script.logTail();
      if (status != 0) {
        throw new EnvironmentException(
            "\"cluster %s\" ended with status %d:%n%s"
                .formatted(String.join(" ", arguments), status, said));
      }
      return said;
    }
  }

  private ManagedProcess script(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("bash", layout.clusterScript().toString()));
    command.addAll(List.of("--run", folder.toString()));
    command.addAll(arguments);
    Map<String, String> environment = Map.of("JAVA_HOME", System.getProperty("java.home"));
    Path log = folder.resolve("script-" + arguments.get(0) + ".log");
    return ManagedProcess.startCommand("cluster script", command, environment, log);
  }
}
