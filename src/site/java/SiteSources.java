/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Lays out what Maven's site plugin reads: every Markdown document of the repository under its own
 * path, the README as the first page, and the pictures and files that the documents link to.
 *
 * <p>Every heading gets the anchor that a forge gives it, since Doxia gives none: links to a
 * heading lead there on both. A link that leads to nothing ends the build.
 *
 * <pre>
 *   java src/site/java/SiteSources.java REPOSITORY FOLDER
 * </pre>
 */
final class SiteSources {
  private static final List<String> FOLDERS =
      List.of("docs", "deployments", "examples", "benchmarks", "mutants");
  private static final Path README = Path.of("README.md");
  private static final Path INDEX = Path.of("index.md");
  private static final Pattern HEADING = Pattern.compile("^(#{1,6}) +(.+?) *#*$");
  private static final Pattern LINK = Pattern.compile("(`[^`]*`)|(\\]\\()([^)\\s]+)(\\))");
  private static final Pattern ELSEWHERE = Pattern.compile("^(?:[a-z]+:|#).*");

  private final Path repository;
  private final Path folder;
  private final Map<Path, Path> pages = new TreeMap<>();
  private final List<String> dead = new ArrayList<>();

  private SiteSources(Path repository, Path folder) {
    this.repository = repository;
    this.folder = folder;
  }

  /** Writes the folder; takes the repository's root and the folder. */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException("Expected REPOSITORY FOLDER");
    }
    Path root = Path.of(args[0]).toAbsolutePath().normalize();
    new SiteSources(root, Path.of(args[1]).toAbsolutePath().normalize()).write();
  }

  private void write() throws IOException {
    findPages();
    for (Map.Entry<Path, Path> page : pages.entrySet()) {
      Path target = folder.resolve("markdown").resolve(page.getValue());
      Files.createDirectories(target.getParent());
      Files.writeString(target, page(page.getKey()));
    }
    copy(repository.resolve("src/site/site.xml"), folder.resolve("site.xml"));
    if (!dead.isEmpty()) {
      throw new IllegalStateException("Links that lead to no file: " + String.join(", ", dead));
    }
  }

  private void findPages() throws IOException {
    add(repository, 1);
    for (String name : FOLDERS) {
      add(repository.resolve(name), Integer.MAX_VALUE);
    }
  }

  private void add(Path start, int depth) throws IOException {
    try (Stream<Path> files = Files.walk(start, depth)) {
      files
          .map(repository::relativize)
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> Stream.of("target", "node_modules").noneMatch(parts(file)::contains))
          .forEach(file -> pages.put(file, file.equals(README) ? INDEX : file));
    }
  }

  private static List<String> parts(Path file) {
    List<String> parts = new ArrayList<>();
    file.forEach(part -> parts.add(part.toString()));
    return parts;
  }

  private String page(Path document) throws IOException {
    StringBuilder page = new StringBuilder();
    Map<String, Integer> seen = new HashMap<>();
    boolean code = false;
    for (String line : Files.readString(repository.resolve(document)).split("\n")) {
      code ^= line.startsWith("```");
      Matcher heading = HEADING.matcher(line);
      if (code || line.startsWith("```")) {
        page.append(line);
      } else if (heading.matches()) {
        page.append(heading.group(1)).append(" <a id=\"").append(anchor(heading.group(2), seen));
        page.append("\"></a>").append(links(document, heading.group(2)));
      } else {
        page.append(links(document, line));
      }
      page.append('\n');
    }
    return page.toString();
  }

  /** As forges name them: letters, digits, hyphens; a second one of a name has a number. */
  private static String anchor(String heading, Map<String, Integer> seen) {
    String anchor =
        heading
            .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^\\p{L}\\p{N}_ -]", "")
            .replace(' ', '-');
    int earlier = seen.merge(anchor, 1, Integer::sum) - 1;
    return earlier == 0 ? anchor : anchor + "-" + earlier;
  }

  private String links(Path document, String line) {
    return LINK.matcher(line).replaceAll(link -> Matcher.quoteReplacement(link(document, link)));
  }

  private String link(Path document, MatchResult link) {
    return link.group(1) != null
        ? link.group(1)
        : link.group(2) + target(document, link.group(3)) + link.group(4);
  }

  private String target(Path document, String link) {
    if (ELSEWHERE.matcher(link).matches()) {
      return link;
    }
    int mark = link.indexOf('#');
    String name = mark < 0 ? link : link.substring(0, mark);
    Path file =
        repository.relativize(repository.resolve(document).resolveSibling(name).normalize());
    if (file.equals(README)) {
      String end = mark < 0 ? "" : link.substring(mark);
      return name.substring(0, name.length() - README.toString().length()) + INDEX + end;
    }
    if (!pages.containsKey(file)) {
      Path real = repository.resolve(file);
      if (!Files.isRegularFile(real)) {
        dead.add(document + ": " + link);
      } else {
        copy(real, folder.resolve("resources").resolve(file));
      }
    }
    return link;
  }

  private static void copy(Path file, Path target) {
    try {
      Files.createDirectories(target.getParent());
      Files.write(target, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new IllegalStateException("Copying " + file + " to " + target, e);
    }
  }
}
