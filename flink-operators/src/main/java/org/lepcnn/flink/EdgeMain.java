/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.text.Printable;
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
    name = "edge",
    mixinStandardHelpOptions = true,
    subcommands = {EdgeRun.class, EdgeSubmit.class, EdgeStatus.class, EdgeStop.class},
    description = "The edge of private inference.")
public final class EdgeMain {
  private static final String LOG_CONFIGURATION = "log4j2.configurationFile";

  EdgeMain() {}

  public static void main(String[] args) {
    if (System.getProperty(LOG_CONFIGURATION) == null) {
      System.setProperty(LOG_CONFIGURATION, "classpath:org/lepcnn/flink/edge-log4j2.properties");
    }
    System.exit(execute(args));
  }

  /** Runs a command and returns its exit status. */
  static int execute(String... args) {
    return new CommandLine(new EdgeMain())
        .setExecutionExceptionHandler(EdgeMain::report)
        .execute(args);
  }

  static int report(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    if (failure instanceof LepcnnException known) {
      command.getErr().println(known.getMessage());
      return known.exitStatus();
    }
    command.getErr().println("Internal error:");
    command.getErr().println(Printable.stackTrace(failure));
    return 4;
  }
}
