/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The documents of the repository, and the blocks of code in them. */
public final class DocumentedPages {
  private static final List<String> FOLDERS =
      List.of("docs", "mutants", "deployments", "examples", "benchmarks");
  private static final Pattern BLOCK =
      Pattern.compile("^```([^\n]*)\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

  /**
   * A block of code.
   *
   * @param document in which it stands, from the repository's root
   * @param line its first, from 1
   * @param language behind its fence; empty for none
   */
  public record Block(Path document, int line, String language, String text) {
    @Override
    public String toString() {
      return document + ":" + line;
    }
  }

  private DocumentedPages() {}

  /** All Markdown files, but those that a build wrote. */
  public static List<Path> all() throws IOException {
    Path home = DocumentedCommands.home();
    List<Path> pages = new ArrayList<>();
    add(home, home, 1, pages);
    for (String folder : FOLDERS) {
      add(home, home.resolve(folder), Integer.MAX_VALUE, pages);
    }
    return pages;
  }

  private static void add(Path home, Path folder, int depth, List<Path> pages) throws IOException {
    try (Stream<Path> files = Files.walk(folder, depth)) {
      files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !home.relativize(file).toString().contains("target"))
          .filter(file -> !home.relativize(file).toString().contains("node_modules"))
          .forEach(pages::add);
    }
  }

  /** The blocks of all pages. */
  public static List<Block> blocks() throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (Path page : all()) {
      String text = Files.readString(page);
      Matcher block = BLOCK.matcher(text);
      while (block.find()) {
        int line = (int) text.substring(0, block.start()).lines().count() + 2;
        Path document = DocumentedCommands.home().relativize(page);
        blocks.add(new Block(document, line, block.group(1).strip(), block.group(2)));
      }
    }
    return blocks;
  }

  /** The blocks of a language. */
  public static List<Block> blocks(String language) throws IOException {
    return blocks().stream().filter(block -> block.language().equals(language)).toList();
  }

  /** The text without its blocks. */
  static String withoutBlocks(String text) {
    return BLOCK.matcher(text).replaceAll("");
  }

  /**
   * The anchor that GitHub and its like give to a heading.
   *
   * @param seen how often each anchor came before on the page; a further one has a number
   */
  static String anchor(String heading, Map<String, Integer> seen) {
    String anchor =
        heading
            .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^\\p{L}\\p{N}_ -]", "")
            .replace(' ', '-');
    int earlier = seen.merge(anchor, 1, Integer::sum) - 1;
    return earlier == 0 ? anchor : anchor + "-" + earlier;
  }
}
