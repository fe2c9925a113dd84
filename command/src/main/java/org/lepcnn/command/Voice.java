/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.command;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.lepcnn.core.text.BuildVersion;
import picocli.CommandLine;

/** The one way in which all commands take arguments, fail and tell their version. */
public final class Voice {
  private Voice() {}

  /** A command that fails as {@link Spoken} says. */
  public static CommandLine of(Object command) {
    return speaking(new CommandLine(command));
  }

  /** Sets it for a command and those that it has by now, and for none that is added later. */
  private static CommandLine speaking(CommandLine line) {
    return line.setExecutionExceptionHandler((failure, at, parsed) -> explain(failure, at))
        .setParameterExceptionHandler((usage, arguments) -> explainUsage(usage))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setHelpFactory(Examples::help);
  }

  /**
   * A program of several commands, with those that a command line needs: the one that it begins
   * with, else all. To read what a command takes is most of the work of a short one.
   *
   * @param commands the classes of the program's own commands by their names, in the order of the
   *     help
   * @param arguments the command line, which is read afterwards
   */
  public static CommandLine of(
      Object program, List<Map.Entry<String, Class<?>>> commands, String... arguments) {
    CommandLine line = new CommandLine(program);
    boolean one =
        arguments.length > 0
            && commands.stream().anyMatch(command -> command.getKey().equals(arguments[0]));
    for (Map.Entry<String, Class<?>> command : commands) {
      if (!one || command.getKey().equals(arguments[0])) {
        line.addSubcommand(command.getValue());
      }
    }
    return speaking(withSubcommands(line, one));
  }

  /**
   * Adds the commands of other modules that are on the class path, where their parents are.
   *
   * @param one whether a command of the program's own was asked for
   */
  private static CommandLine withSubcommands(CommandLine line, boolean one) {
    for (Subcommand command : ServiceLoader.load(Subcommand.class)) {
      if (!command.parent().isEmpty()) {
        CommandLine parent = line.getSubcommands().get(command.parent());
        if (parent != null) {
          parent.addSubcommand(command);
        }
      } else if (!one) {
        line.addSubcommand(command);
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
