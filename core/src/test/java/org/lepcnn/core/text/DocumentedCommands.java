/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands that the documents of the repository give to paste. */
public final class DocumentedCommands {
  private static final Pattern BLOCK =
      Pattern.compile("^```[^\n]*\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern VARIABLE = Pattern.compile("^([A-Z]+)=\"?([^\"]*)\"?$");
  private static final Pattern LAUNCHER = Pattern.compile("^(?:\\./)?lepcnn (.*)$");

  /**
   * A command.
   *
   * @param document in which it stands, from the repository's root
   * @param text behind the launcher
   */
  public record Command(Path document, String text) {
    /** Its words; nothing in the documents needs quotes. */
    public String[] words() {
      return text.strip().split("\\s+");
    }
  }

  private DocumentedCommands() {}

  /** All commands, in the order of the documents, their variables filled in. */
  public static List<Command> all() throws IOException {
    Path home = home();
    List<Command> commands = new ArrayList<>();
    for (Path document : documents(home)) {
      for (String text : commands(Files.readString(document))) {
        commands.add(new Command(home.relativize(document), text));
      }
    }
    return commands;
  }

  /** The repository's root: the folder of the launcher, at or above the working directory. */
  public static Path home() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("lepcnn"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("No repository above " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }

  private static List<Path> documents(Path home) throws IOException {
    List<Path> documents = new ArrayList<>(List.of(home.resolve("README.md")));
    for (String folder :
        List.of(
            "docs",
            "docs/lab",
            "docs/operations",
            "deployments",
            "examples/meter-digits",
            "benchmarks/he")) {
      try (Stream<Path> files = Files.list(home.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
      }
    }
    return documents;
  }

  private static List<String> commands(String document) {
    List<String> commands = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(document);
    while (blocks.find()) {
      List<String[]> variables = new ArrayList<>();
      for (String line : blocks.group(1).replaceAll("\\\\\n\\s*", "").split("\n")) {
        String command = withoutRemark(line);
        for (int i = variables.size() - 1; i >= 0; i--) {
          command = command.replace("$" + variables.get(i)[0], variables.get(i)[1]);
        }
        Matcher variable = VARIABLE.matcher(command);
        Matcher launched = LAUNCHER.matcher(command);
        if (variable.matches()) {
          variables.add(new String[] {variable.group(1), variable.group(2)});
        } else if (launched.matches()) {
          commands.add(typed(launched.group(1)));
        }
      }
    }
    return commands;
  }

  /** Remarks stand behind a # or in a column of their own. */
  private static String withoutRemark(String line) {
    return line.replaceFirst("\\s+#.*$", "").replaceFirst("(?<=\\S)\\s{3,}.*$", "").strip();
  }

  /**
   * A synopsis as one would type it: with all that may be left out, and an address for its name.
   */
  private static String typed(String command) {
    return command.replaceAll("[\\[\\]]|\\.\\.\\.", "").replace("HOST:PORT", "localhost:9092");
  }
}
