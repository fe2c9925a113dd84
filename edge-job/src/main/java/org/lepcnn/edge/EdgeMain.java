/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.util.List;
import java.util.Map;
import org.lepcnn.command.Voice;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The edge: in one process, for development and demonstrations, or submitted to a Flink cluster.
 * Its class path holds core, kafka-connectors, flink-operators and their libraries, and nothing
 * that handles secrets.
 *
 * <p>Exit status: 0 done or stopped as asked, 1 refused, 2 bad usage or input, 3 the environment, 4
 * internal error.
 */
@Command(
    name = "lepcnn edge",
    mixinStandardHelpOptions = true,
    versionProvider = Voice.Version.class,
    description = "Run the edge job here, or submit, watch and stop it on a Flink cluster.")
public final class EdgeMain {
  private static final List<Map.Entry<String, Class<?>>> COMMANDS =
      List.of(
          Map.entry("run", EdgeRun.class),
          Map.entry("submit", EdgeSubmit.class),
          Map.entry("status", EdgeStatus.class),
          Map.entry("stop", EdgeStop.class));

  private static final String LOG_CONFIGURATION = "log4j2.configurationFile";

  EdgeMain() {}

  public static void main(String[] args) {
    if (System.getProperty(LOG_CONFIGURATION) == null) {
      System.setProperty(LOG_CONFIGURATION, "classpath:org/lepcnn/edge/edge-log4j2.properties");
    }
    System.exit(execute(args));
  }

  /** Runs a command and returns its exit status. */
  static int execute(String... args) {
    return commandLine(args).execute(args);
  }

  /**
   * The commands that these arguments need, without arguments all; they fail as all lepcnn commands
   * do.
   */
  static CommandLine commandLine(String... args) {
    return Voice.of(new EdgeMain(), COMMANDS, args);
  }
}
