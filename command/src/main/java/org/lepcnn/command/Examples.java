/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
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
    try (InputStream in = Examples.class.getResourceAsStream("examples.txt")) {
      if (in == null) {
        throw new IllegalStateException("examples.txt is missing beside this class");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
