/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the recipes for contributors name is there: files, modules and tests. */
class DocumentedRecipesTest {
  private static final Pattern PATH = Pattern.compile("`([\\w.-]+(?:/[\\w.-]+)+)`");
  private static final Pattern TEST = Pattern.compile("mvnw -pl (\\S+) test -Dtest=(\\S+)");

  @Test
  void everyPath_exists() throws IOException {
    Path home = DocumentedCommands.home();
    assertThat(found(PATH))
        .hasSizeGreaterThan(15)
        .allSatisfy(path -> assertThat(home.resolve(path.group(1))).exists());
  }

  @Test
  void everyCommand_runsTestsOfItsModule() throws IOException {
    List<MatchResult> commands = found(TEST);
    assertThat(commands).hasSizeGreaterThan(5);
    for (MatchResult command : commands) {
      Path tests = DocumentedCommands.home().resolve(command.group(1)).resolve("src/test/java");
      assertThat(classes(tests)).contains(command.group(2).split(","));
    }
  }

  private static List<String> classes(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(file -> file.getFileName().toString().replace(".java", "")).toList();
    }
  }

  private static List<MatchResult> found(Pattern pattern) throws IOException {
    String text = Files.readString(DocumentedCommands.home().resolve("CONTRIBUTING.md"));
    String recipes = text.substring(text.indexOf("## Recipes"), text.indexOf("## Rules"));
    return pattern.matcher(recipes).results().toList();
  }
}
