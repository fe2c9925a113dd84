/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.List;
import java.util.Map;
import org.lepcnn.cli.inspect.InspectCommand;
import org.lepcnn.cli.kafka.DevicesCommand;
import org.lepcnn.cli.kafka.ModelsCommand;
import org.lepcnn.cli.kafka.TopicsCommand;
import org.lepcnn.cli.owner.DeviceCommand;
import org.lepcnn.cli.owner.OwnerCommand;
import org.lepcnn.cli.owner.PrecomputeCommand;
import org.lepcnn.command.Voice;
import org.lepcnn.gateway.command.GatewayCommand;
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
    mixinStandardHelpOptions = true,
    versionProvider = Voice.Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Start with 'lepcnn demo'."})
public final class Main implements Runnable {
  private static final List<Map.Entry<String, Class<?>>> COMMANDS =
      List.of(
          Map.entry("demo", DemoCommand.class),
          Map.entry("import", ImportCommand.class),
          Map.entry("inspect", InspectCommand.class),
          Map.entry("check", CheckCommand.class),
          Map.entry("owner", OwnerCommand.class),
          Map.entry("device", DeviceCommand.class),
          Map.entry("precompute", PrecomputeCommand.class),
          Map.entry("topics", TopicsCommand.class),
          Map.entry("models", ModelsCommand.class),
          Map.entry("devices", DevicesCommand.class),
          Map.entry("infer", InferCommand.class),
          Map.entry("gateway", GatewayCommand.class),
          Map.entry("zoo", ZooCommand.class),
          Map.entry("completion", CompletionCommand.class),
          Map.entry("edge", EdgeHint.class));

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private Main() {}

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs a command line in this process. */
  static int execute(String... args) {
    return commandLine(args).execute(args);
  }

  /** The commands that these arguments need; without arguments all. */
  static CommandLine commandLine(String... args) {
    return Voice.of(new Main(), COMMANDS, args);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "A command is missing.");
  }
}
