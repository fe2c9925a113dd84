/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.lepcnn.command.Examples;
import org.lepcnn.core.text.DocumentedCommands;

/** Every command of {@code lepcnn edge} that a document or a help gives to paste is taken. */
class DocumentedEdgeCommandsTest {
  @TestFactory
  Stream<DynamicTest> commandsInDocuments_areTaken() throws IOException {
    List<DocumentedCommands.Command> commands =
        DocumentedCommands.all().stream()
            .filter(command -> command.words()[0].equals("edge"))
            .toList();
    assertThat(commands).isNotEmpty();
    return commands.stream()
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command.document() + ": " + command.text(), () -> assertTaken(command)));
  }

  @TestFactory
  Stream<DynamicTest> everyHelp_beginsWithAnExample_thatIsTaken() {
    return EdgeMain.commandLine().getSubcommands().values().stream()
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command.getCommandName(),
                    () -> {
                      String name = command.getCommandSpec().qualifiedName();
                      String example = Examples.of(name).orElseThrow();
                      assertThat(command.getUsageMessage()).startsWith("Example:\n  " + example);
                      String[] words = example.split(" ");
                      assertThatCode(
                              () ->
                                  EdgeMain.commandLine()
                                      .parseArgs(Arrays.copyOfRange(words, 2, words.length)))
                          .doesNotThrowAnyException();
                    }));
  }

  private static void assertTaken(DocumentedCommands.Command command) {
    String[] words = Arrays.copyOfRange(command.words(), 1, command.words().length);
    assertThatCode(() -> EdgeMain.commandLine().parseArgs(words)).doesNotThrowAnyException();
  }
}
