/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.lepcnn.core.text.DocumentedCommands;

/**
 * Every command that a document gives to paste is one that the command line takes. Those of {@code
 * lepcnn edge} are another program's, with a test of its own.
 */
class DocumentedCommandsTest {
  @TestFactory
  Stream<DynamicTest> commandsInDocuments_areTaken() throws IOException {
    List<DocumentedCommands.Command> commands =
        DocumentedCommands.all().stream()
            .filter(command -> !command.words()[0].equals("edge"))
            .toList();
    assertThat(commands).hasSizeGreaterThan(25);
    return commands.stream()
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command.document() + ": " + command.text(),
                    () ->
                        assertThatCode(() -> Main.commandLine().parseArgs(command.words()))
                            .doesNotThrowAnyException()));
  }
}
