/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.command;

import java.util.List;
import java.util.Optional;
import org.lepcnn.core.io.Resources;
import picocli.CommandLine;

/**
 * A command line that works for every command: what its help begins with. They stand in {@code
 * examples.txt}, in the order of the help; a command that has further ones shows the first of
 * these.
 */
public final class Examples {
  private Examples() {}

  /** All of them. */
  public static List<String> all() {
    return Resources.text(Examples.class, "examples.txt").lines().toList();
  }

  /**
   * The example of a command.
   *
   * @param name with the names of its parents, such as {@code lepcnn device init}
   */
  public static Optional<String> of(String name) {
    return all().stream()
        .filter(example -> example.equals(name) || example.startsWith(name + " "))
        .findFirst();
  }

  /** A help that begins with the command's example, where there is one; it is not broken. */
  static CommandLine.Help help(
      CommandLine.Model.CommandSpec command, CommandLine.Help.ColorScheme colors) {
    of(command.qualifiedName())
        .map("Example:%n  %s%n%n"::formatted)
        .ifPresent(
            header ->
                command
                    .usageMessage()
                    .sectionMap()
                    .put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_HEADER, help -> header));
    return new CommandLine.Help(command, colors);
  }
}
