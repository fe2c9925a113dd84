/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.command;

import java.util.ServiceLoader;
import org.lepcnn.core.text.BuildVersion;
import picocli.CommandLine;

/** The one way in which all commands take arguments, fail and tell their version. */
public final class Voice {
  private Voice() {}

  /** A command that fails as {@link Spoken} says. */
  public static CommandLine of(Object command) {
    return new CommandLine(command)
        .setExecutionExceptionHandler((failure, line, parsed) -> explain(failure, line))
        .setParameterExceptionHandler((usage, arguments) -> explainUsage(usage))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true);
  }

  /** Adds the commands of other modules that are on the class path, where their parents are. */
  public static CommandLine withSubcommands(CommandLine line) {
    for (Subcommand command : ServiceLoader.load(Subcommand.class)) {
      CommandLine parent =
          command.parent().isEmpty() ? line : line.getSubcommands().get(command.parent());
      if (parent != null) {
        parent.addSubcommand(command);
      }
    }
    return line;
  }

  /** The version of what was built. */
  public static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"lepcnn " + BuildVersion.get()};
    }
  }

  private static int explain(Exception failure, CommandLine command) {
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
