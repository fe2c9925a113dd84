/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.lepcnn.deployments.LocalLayout;

/**
 * Every command that a document gives to paste is one that the command line takes. Those of {@code
 * lepcnn edge} are another program's.
 */
class DocumentedCommandsTest {
  private static final String LAUNCHER = "./lepcnn ";
  private static final String EDGE = LAUNCHER + "edge ";
  private static final Pattern BLOCK =
      Pattern.compile("^```[^\n]*\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern VARIABLE = Pattern.compile("^([A-Z]+)=\"?([^\"]*)\"?$");

  private final Path home = LocalLayout.find().home();

  @TestFactory
  Stream<DynamicTest> commandsInDocuments_areTaken() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path document : documents()) {
      for (String command : commands(Files.readString(document))) {
        tests.add(
            DynamicTest.dynamicTest(
                home.relativize(document) + ": " + command, () -> assertTaken(command)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(15);
    return tests.stream();
  }

  private List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    documents.add(home.resolve("README.md"));
    for (String folder : List.of("docs", "deployments", "examples/meter-digits", "benchmarks/he")) {
      try (Stream<Path> files = Files.list(home.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
      }
    }
    return documents;
  }

  private static void assertTaken(String command) {
    String[] words = command.substring(LAUNCHER.length()).strip().split("\\s+");
    assertThatCode(() -> Main.commandLine().parseArgs(words)).doesNotThrowAnyException();
  }

  /** The commands of a document's blocks, without comments, their variables filled in. */
  private static List<String> commands(String document) {
    List<String> commands = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(document);
    while (blocks.find()) {
      List<String[]> variables = new ArrayList<>();
      for (String line : blocks.group(1).replace("\\\n", " ").split("\n")) {
        String command = line.replaceFirst("\\s+#.*$", "").strip();
        for (int i = variables.size() - 1; i >= 0; i--) {
          command = command.replace("$" + variables.get(i)[0], variables.get(i)[1]);
        }
        Matcher variable = VARIABLE.matcher(command);
        if (variable.matches()) {
          variables.add(new String[] {variable.group(1), variable.group(2)});
        } else if (command.startsWith(LAUNCHER) && !command.startsWith(EDGE)) {
          commands.add(command);
        }
      }
    }
    return commands;
  }
}
