/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.lepcnn.command.Examples;
import picocli.CommandLine;

/** The help of every command begins with a command line that the command takes. */
class ExamplesTest {
  @TestFactory
  Stream<DynamicTest> everyHelp_beginsWithAnExample_thatIsTaken() {
    return commands(Main.commandLine())
        .filter(command -> !name(command).equals("lepcnn edge"))
        .map(
            command ->
                DynamicTest.dynamicTest(
                    name(command),
                    () -> {
                      String help = command.getUsageMessage();
                      assertThat(help).startsWith("Example:\n  " + name(command));
                      String example = help.lines().skip(1).findFirst().orElseThrow().strip();
                      assertThat(Examples.all()).contains(example);
                      assertThatCode(() -> Main.commandLine().parseArgs(words(example)))
                          .doesNotThrowAnyException();
                    }));
  }

  @Test
  void everyExample_belongsToACommand() {
    for (String example : Examples.all()) {
      if (!example.startsWith("lepcnn edge ")) {
        assertThat(commands(Main.commandLine()).filter(c -> c.getSubcommands().isEmpty()))
            .as(example)
            .anyMatch(c -> (example + " ").startsWith(name(c) + " "));
      }
    }
  }

  private static Stream<CommandLine> commands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().distinct().flatMap(ExamplesTest::commands));
  }

  private static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName();
  }

  /** Behind the launcher, and before where the output goes. */
  private static String[] words(String example) {
    String[] words = example.split(" > ")[0].split(" ");
    return Arrays.copyOfRange(words, 1, words.length);
  }
}
