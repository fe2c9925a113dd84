/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Applies the changes of hand.txt, one at a time, to a copy of the tree in target/mutants, and runs
 * the test that each names. The tests pass there first without a change. A change that no longer
 * fits the code, does not compile, or survives is a fault.
 */
final class HandMutants {
  private static final Path TREE = Path.of("target", "mutants", "tree");
  private static final Path LOGS = Path.of("target", "mutants", "logs");
  private static final Pattern FAILED =
      Pattern.compile("Tests run: \\d+, Failures: (\\d+), Errors: (\\d+)");

  private record Change(
      String guarantee, String file, String before, String after, String testModule, String test) {
    String changedModule() {
      return file.substring(0, file.indexOf("/src/"));
    }

    String modules() {
      return changedModule().equals(testModule) ? testModule : changedModule() + "," + testModule;
    }
  }

  private enum Outcome {
    KILLED,
    SURVIVED,
    DOES_NOT_FIT,
    DOES_NOT_COMPILE
  }

  public static void main(String[] args) throws Exception {
    String word = args.length == 0 ? "" : args[0];
    List<Change> changes =
        read(Path.of("mutants", "hand.txt")).stream()
            .filter(change -> change.toString().contains(word))
            .toList();
    copyTree();
    Files.createDirectories(LOGS);
    passUnchanged(changes);
    int faults = 0;
    for (int i = 0; i < changes.size(); i++) {
      Change change = changes.get(i);
      Outcome outcome = judge(change, LOGS.resolve(i + 1 + ".log"));
      faults += outcome == Outcome.KILLED ? 0 : 1;
      System.out.printf("%-16s %s | %s | %s%n", outcome, change.guarantee, change.test, change.after);
    }
    System.out.printf("%d changes by hand, %d killed, %d faults%n", changes.size(), changes.size() - faults, faults);
    System.exit(faults == 0 ? 0 : 1);
  }

  private static void passUnchanged(List<Change> changes) throws Exception {
    Map<String, Set<String>> tests = new LinkedHashMap<>();
    for (Change change : changes) {
      tests.computeIfAbsent(change.testModule, m -> new LinkedHashSet<>()).add(change.test);
    }
    for (Map.Entry<String, Set<String>> module : tests.entrySet()) {
      Path log = LOGS.resolve("unchanged-" + module.getKey() + ".log");
      String modules = "device-runtime,kafka-connectors," + module.getKey();
      if (maven(modules, String.join(",", module.getValue()), log) != 0) {
        throw new IOException("The tests do not pass without a change: see " + log);
      }
    }
  }

  private static Outcome judge(Change change, Path log) throws Exception {
    Path file = TREE.resolve(change.file);
    String right = Files.readString(file);
    int at = right.indexOf(change.before);
    if (at < 0 || right.indexOf(change.before, at + 1) >= 0) {
      return Outcome.DOES_NOT_FIT;
    }
    try {
      Files.writeString(file, right.replace(change.before, change.after));
      if (maven(change.modules(), change.test, log) == 0) {
        return Outcome.SURVIVED;
      }
      boolean failed =
          FAILED.matcher(Files.readString(log)).results()
              .anyMatch(m -> !m.group(1).equals("0") || !m.group(2).equals("0"));
      return failed ? Outcome.KILLED : Outcome.DOES_NOT_COMPILE;
    } finally {
      Files.writeString(file, right);
    }
  }

  private static int maven(String modules, String test, Path log) throws Exception {
    return new ProcessBuilder(
            "./mvnw",
            "-q",
            "--batch-mode",
            "-pl",
            modules,
            "test",
            "-Dtest=" + test,
            "-Dsurefire.failIfNoSpecifiedTests=false",
            "-Dspotless.check.skip=true")
        .directory(TREE.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start()
        .waitFor();
  }

  /** The files that git knows or would add; what was built in the copy before stays. */
  private static void copyTree() throws Exception {
    Process git =
        new ProcessBuilder("git", "ls-files", "--cached", "--others", "--exclude-standard")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    for (String name : new String(git.getInputStream().readAllBytes()).split("\n")) {
      Path from = Path.of(name);
      Path to = TREE.resolve(name);
      if (!Files.isRegularFile(from)) {
        continue;
      }
      Files.createDirectories(to.getParent());
      if (!Files.exists(to) || Files.mismatch(from, to) >= 0) {
        Files.copy(
            from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /** Blocks of lines "name: value"; an empty line ends a block. */
  private static List<Change> read(Path list) throws IOException {
    List<Change> changes = new ArrayList<>();
    for (String block : Files.readString(list).replaceAll("(?m)^#.*\n", "").split("\n\n+")) {
      if (block.isBlank()) {
        continue;
      }
      Map<String, String> values = new LinkedHashMap<>();
      for (String line : block.strip().split("\n")) {
        int colon = line.indexOf(':');
        values.put(
            line.substring(0, colon), line.substring(colon + 1).strip().replace("\\n", "\n"));
      }
      String[] test = values.get("test").split(" ");
      changes.add(
          new Change(
              values.get("guarantee"),
              values.get("file"),
              values.get("old"),
              values.get("new"),
              test[0],
              test[1]));
    }
    return changes;
  }
}
