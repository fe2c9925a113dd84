/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.answer.TopicView;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.kafka.topic.Topics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code edge run}: the job on a Flink cluster inside this process. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Run the edge job in this process until it is stopped.",
      "Prints a line 'edge ready ...' when every task runs and the kernels are loaded."
    })
final class EdgeRun implements Callable<Integer> {
  private static final Duration READY_TIMEOUT = Duration.ofMinutes(3);
  private static final Duration CONTROL_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration MODELS_TIMEOUT = Duration.ofMinutes(2);
  private static final long POLL_MILLIS = 50;

  @Mixin private EdgeJobOptions options;

  @Option(
      names = "--web-port",
      defaultValue = "0",
      paramLabel = "PORT",
      description = "The port of Flink's REST interface on 127.0.0.1. Default: 0, a free one.")
  private int webPort;

  @Option(
      names = "--checkpoint-dir",
      paramLabel = "DIR",
      description =
          "The folder for checkpoints. Default: none; they stay in memory, at most 5 MiB"
              + " for each task.")
  private Path checkpointDir;

  @Option(names = "--exit-with-parent", description = "Stop when standard input is closed.")
  private boolean exitWithParent;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (webPort < 0 || webPort > 65_535) {
      throw BadInputException.about("--web-port").expected("0 to 65535").found(webPort);
    }
    if (exitWithParent) {
      watchParent();
    }
    EdgeSettings settings = options.settings().warmedUp();
    if (!options.admission.enrolled()) {
      ModelBundle.readEdge(options.admission.modelDir); // a wrong model is not a restarting job
    }
    KafkaAccess.require(options.clientSettings(), options.group);
    try (EdgeControl control = settings.services().openControl()) {
      return serve(settings, control);
    }
  }

  private int serve(EdgeSettings settings, EdgeControl control) throws InterruptedException {
    String serving = serving(control); // before Flink starts: a failure ends here, with its cause
    try (TopicView topics = settings.services().openTopics();
        EmbeddedCluster cluster = EmbeddedCluster.start(options, webPort, checkpointDir)) {
      Thread hook = new Thread(cluster::close, "lepcnn-edge-stop");
      Runtime.getRuntime().addShutdownHook(hook);
      awaitReady(cluster, topics);
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "edge ready %s parallelism=%d web=%s%n",
          serving, cluster.parallelism(), cluster.restAddress());
      out.flush();
      cluster.awaitEnd();
      return 0;
    }
  }

  /** Waits until the control topics are read and the models that are there are loaded. */
  private static String serving(EdgeControl control) throws InterruptedException {
    long deadline = System.nanoTime() + CONTROL_TIMEOUT.toNanos();
    while (!control.isReady()) {
      if (System.nanoTime() > deadline) {
        throw EnvironmentException.about("Starting the edge job")
            .expected(
                "to read %s and %s within %d s"
                    .formatted(Topics.MODELS, Topics.DEVICES, CONTROL_TIMEOUT.toSeconds()))
            .found("that it could not", "Do they exist ('lepcnn topics create')? See the log.");
      }
      Thread.sleep(POLL_MILLIS);
    }
    return control.models().awaitLoaded(MODELS_TIMEOUT);
  }

  private static void awaitReady(EmbeddedCluster cluster, TopicView topics)
      throws InterruptedException {
    long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
    while (!cluster.allTasksRun() || topics.check(Topics.REJECTED, 0) == TopicView.Fit.UNKNOWN) {
      if (System.nanoTime() > deadline) {
        throw EnvironmentException.about("Starting the edge job")
            .expected("all tasks to run within " + READY_TIMEOUT.toSeconds() + " s")
            .found("that they do not", "See the log.");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /**
   * Asks the broker, with the edge's own rights, for what the job needs first: a wrong password or
   * a missing rule ends here, not in a job that restarts again and again.
   */
  private static void watchParent() {
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // what the parent writes has no meaning
                }
              } catch (IOException e) {
                // as good as closed
              }
              System.exit(0);
            },
            "lepcnn-parent-watch");
    watcher.setDaemon(true);
    watcher.start();
  }
}
