/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import org.lepcnn.cli.gateway.GatewayCommand;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.text.Printable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/**
 * The {@code lepcnn} command.
 *
 * <p>Exit status: 0 done; 1 the answer is wrong or refused; 2 bad usage or input; 3 the
 * environment; 4 internal error; 130 interrupted. Results go to standard output, logs and progress
 * to standard error.
 */
@Command(
    name = "lepcnn",
    description =
        "Private CNN inference: masked linear layers at the edge, everything else on the device.",
    subcommands = {
      DemoCommand.class,
      CampaignCommand.class,
      ImportCommand.class,
      InspectCommand.class,
      CheckCommand.class,
      OwnerCommand.class,
      DeviceCommand.class,
      PrecomputeCommand.class,
      TopicsCommand.class,
      ModelsCommand.class,
      DevicesCommand.class,
      InferCommand.class,
      GatewayCommand.class,
      ZooCommand.class,
      BenchCommand.class,
      EdgeHint.class
    },
    mixinStandardHelpOptions = true,
    version = "lepcnn 0.1.0-SNAPSHOT",
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Start with 'lepcnn demo'."})
public final class Main implements Runnable {
  private static final int BAD_USAGE = 2;
  private static final int INTERNAL = 4;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private Main() {}

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs a command line in this process. */
  static int execute(String... args) {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(Main::explain)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .execute(args);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "A command is missing.");
  }

  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
    if (failure instanceof LepcnnException known) {
      command.getErr().println("lepcnn: " + known.getMessage());
      return known.exitStatus();
    }
    if (failure instanceof CommandLine.ParameterException usage) {
      command.getErr().println("lepcnn: " + Printable.lines(usage.getMessage()));
      return BAD_USAGE;
    }
    command.getErr().println("lepcnn: internal error, please report it with what follows.");
    command.getErr().println(Printable.stackTrace(failure));
    return INTERNAL;
  }
}
