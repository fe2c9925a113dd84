/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Compiles the changes of hand.txt, one at a time, into a copy of the module's classes, and runs the
 * test that each names with that copy in their place. The tests pass first without a change. A
 * change that no longer fits the code, does not compile, or survives is a fault; so is a line of the
 * threat model's table of tests that no change judges. The tree itself stays as it is.
 */
final class HandMutants {
  private static final Path WORK = Path.of("target", "mutants").toAbsolutePath();
  private static final Path RUNNER = WORK.resolve("runner");
  private static final String CLASS_PATH_FILE = "target/mutants-class-path.txt";

  private record Change(
      String guarantee,
      String file,
      String before,
      String after,
      String module,
      String test,
      Set<String> standsFor,
      Set<String> compiledWith) {
    String changedModule() {
      return file.substring(0, file.indexOf("/src/"));
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
    List<Change> all = read(Path.of("mutants", "hand.txt"));
    List<Change> changes = all.stream().filter(c -> c.toString().contains(word)).toList();
    Files.createDirectories(RUNNER);
    build(changes);
    passUnchanged(changes);
    int faults = word.isEmpty() ? unjudged(all) : 0;
    for (int i = 0; i < changes.size(); i++) {
      Change change = changes.get(i);
      Outcome outcome = judge(change, WORK.resolve("change-" + (i + 1)));
      faults += outcome == Outcome.KILLED ? 0 : 1;
      System.out.printf("%-16s %s | %s | %s%n", outcome, change.guarantee, change.test, change.after);
    }
    System.out.printf("%d changes by hand, %d faults%n", changes.size(), faults);
    System.exit(faults == 0 ? 0 : 1);
  }

  /** Compiles the modules, and writes the class path of each one's tests. */
  private static void build(List<Change> changes) throws Exception {
    Set<String> modules = new TreeSet<>();
    for (Change change : changes) {
      modules.add(change.module);
      modules.add(change.changedModule());
      modules.addAll(change.compiledWith);
    }
    ProcessBuilder maven =
        new ProcessBuilder(
            "./mvnw", "-q", "--batch-mode", "-Pmutation", "-pl", String.join(",", modules),
            "test-compile", "dependency:build-classpath", "-Dmdep.outputFile=" + CLASS_PATH_FILE);
    if (maven.inheritIO().start().waitFor() != 0) {
      throw new IOException("The modules do not compile");
    }
    String runner = Path.of("mutants", "RunTests.java").toString();
    if (compile(RUNNER, classPath(modules.iterator().next()), runner) != 0) {
      throw new IOException(runner + " does not compile");
    }
  }

  private static void passUnchanged(List<Change> changes) throws Exception {
    Map<String, Set<String>> tests = new LinkedHashMap<>();
    for (Change change : changes) {
      tests.computeIfAbsent(change.module, m -> new LinkedHashSet<>()).add(testClass(change));
    }
    for (Map.Entry<String, Set<String>> module : tests.entrySet()) {
      Path log = WORK.resolve("unchanged-" + module.getKey() + ".log");
      if (!passes(module.getKey(), module.getValue(), classPath(module.getKey()), log)) {
        throw new IOException("The tests do not pass without a change: see " + log);
      }
    }
  }

  private static Outcome judge(Change change, Path folder) throws Exception {
    String right = Files.readString(Path.of(change.file));
    int at = right.indexOf(change.before);
    if (at < 0 || right.indexOf(change.before, at + 1) >= 0) {
      return Outcome.DOES_NOT_FIT;
    }
    deleteTree(folder);
    Path original = classes(change.changedModule());
    Path changed = folder.resolve("classes");
    copyTree(original, changed);
    Path source = folder.resolve(Path.of(change.file).getFileName());
    Files.writeString(source, right.replace(change.before, change.after));
    String compileWith = classPath(change.changedModule());
    for (String module : change.compiledWith) {
      compileWith += File.pathSeparator + classes(module);
    }
    if (compile(changed, compileWith, source.toString()) != 0) {
      return Outcome.DOES_NOT_COMPILE;
    }
    String classPath = classPath(change.module).replace(original.toString(), changed.toString());
    Path log = folder.resolve("test.log");
    boolean survived = passes(change.module, Set.of(testClass(change)), classPath, log);
    deleteTree(changed);
    return survived ? Outcome.SURVIVED : Outcome.KILLED;
  }

  private static int compile(Path output, String classPath, String source) {
    return ToolProvider.getSystemJavaCompiler()
        .run(
            null, null, null, "-nowarn", "-proc:none", "--add-modules", "jdk.incubator.vector",
            "-XDignore.symbol.file", "-cp", classPath, "-d", output.toString(), source);
  }

  /** Runs tests as the module's build does; one that takes ten minutes does not pass. */
  private static boolean passes(String module, Set<String> tests, String classPath, Path log)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().get()));
    command.addAll(List.of(jvmArguments(module).split("\\s+")));
    command.add("-Dlepcnn.home=" + Path.of("").toAbsolutePath());
    command.addAll(List.of("-cp", RUNNER + File.pathSeparator + classPath, "RunTests"));
    command.addAll(tests);
    ProcessBuilder builder = new ProcessBuilder(command).directory(Path.of(module).toFile());
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    builder.environment().put("OMP_NUM_THREADS", "1");
    Process process =
        builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      return process.waitFor(10, TimeUnit.MINUTES) && process.exitValue() == 0;
    } finally {
      process.destroyForcibly();
    }
  }

  private static Path classes(String module) {
    return Path.of(module, "target", "classes").toAbsolutePath();
  }

  private static String classPath(String module) throws IOException {
    return Stream.of(
            classes(module).resolveSibling("test-classes"),
            classes(module),
            Files.readString(Path.of(module, CLASS_PATH_FILE)).strip())
        .map(Object::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The property test.jvm.args of the module or, when it has none, of the whole build. */
  private static String jvmArguments(String module) throws IOException {
    String build = Files.readString(Path.of("pom.xml"));
    String own = Files.readString(Path.of(module, "pom.xml")).split("<profiles>")[0];
    return property(own + build, "test.jvm.args")
        .replace("${flink.opens}", property(build, "flink.opens"));
  }

  private static String property(String pom, String name) {
    Matcher matcher = Pattern.compile("<" + name + ">([^<]*)</" + name + ">").matcher(pom);
    if (!matcher.find()) {
      throw new IllegalStateException("No property " + name);
    }
    return matcher.group(1);
  }

  private static String testClass(Change change) throws IOException {
    Path tests = Path.of(change.module, "src", "test", "java");
    try (Stream<Path> files = Files.walk(tests)) {
      Path file =
          files
              .filter(f -> f.endsWith(change.test + ".java"))
              .findFirst()
              .orElseThrow(() -> new IOException("No " + change.test + " in " + tests));
      String name = tests.relativize(file).toString().replace(File.separatorChar, '.');
      return name.substring(0, name.length() - ".java".length());
    }
  }

  /** Lines of the table of tests whose tests no change judges. */
  private static int unjudged(List<Change> changes) throws IOException {
    Set<String> judged = new TreeSet<>();
    for (Change change : changes) {
      judged.add(change.test);
      judged.addAll(change.standsFor);
    }
    Pattern test = Pattern.compile("`(\\w+(?:Test|IT))`");
    String model = Files.readString(Path.of("docs", "threat-model.md"));
    int faults = 0;
    for (String line : model.substring(model.indexOf("| guarantee | test |")).split("\n")) {
      List<String> named = test.matcher(line).results().map(m -> m.group(1)).toList();
      if (!named.isEmpty() && named.stream().noneMatch(judged::contains)) {
        System.out.printf("%-16s %s%n", "NOT_JUDGED", line);
        faults++;
      }
    }
    return faults;
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path copy = to.resolve(from.relativize(path));
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(path, copy);
        }
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> paths = Files.walk(folder)) {
        paths.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
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
              test[1],
              words(values.get("for")),
              words(values.get("with"))));
    }
    return changes;
  }

  private static Set<String> words(String text) {
    return text == null ? Set.of() : Set.of(text.split(" "));
  }
}
