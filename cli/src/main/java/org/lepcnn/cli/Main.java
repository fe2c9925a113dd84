/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import org.lepcnn.cli.inspect.InspectCommand;
import org.lepcnn.cli.kafka.DevicesCommand;
import org.lepcnn.cli.kafka.ModelsCommand;
import org.lepcnn.cli.kafka.TopicsCommand;
import org.lepcnn.cli.owner.DeviceCommand;
import org.lepcnn.cli.owner.OwnerCommand;
import org.lepcnn.cli.owner.PrecomputeCommand;
import org.lepcnn.command.Voice;
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
      EdgeHint.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Voice.Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Start with 'lepcnn demo'."})
public final class Main implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private Main() {}

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs a command line in this process. */
  static int execute(String... args) {
    return commandLine().execute(args);
  }

  /** All commands. */
  static CommandLine commandLine() {
    return Voice.withSubcommands(Voice.of(new Main()));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "A command is missing.");
  }
}
