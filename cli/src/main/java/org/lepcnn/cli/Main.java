/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import org.lepcnn.core.error.Spoken;
import org.lepcnn.core.text.BuildVersion;
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
    versionProvider = Main.Version.class,
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
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(Main::explain)
        .setParameterExceptionHandler((usage, arguments) -> explainUsage(usage))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "A command is missing.");
  }

  /** The version of what was built. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"lepcnn " + BuildVersion.get()};
    }
  }

  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
    return failure instanceof CommandLine.ParameterException usage
        ? explainUsage(usage)
        : say(Spoken.of(failure), command);
  }

  private static int explainUsage(CommandLine.ParameterException usage) {
    CommandLine command = usage.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    return say(Spoken.usage(usage.getMessage(), name), command);
  }

  private static int say(Spoken spoken, CommandLine command) {
    command.getErr().println(spoken.text());
    return spoken.status();
  }
}
