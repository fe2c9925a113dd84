/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages that the site is made of: all in reach of its menu, their links alive. */
@Tag("slow")
class DocumentedSiteTest {
  private static final Pattern ITEM = Pattern.compile("<item [^>]*href=\"([^\"]+)\"");
  private static final Pattern LINK =
      Pattern.compile("(?s)^```.*?^```|`[^`\n]*`|\\]\\(([^)\\s]+)\\)", Pattern.MULTILINE);
  private static final Pattern ELSEWHERE = Pattern.compile("^[a-z]+:.*");

  /** The one item that no document makes. */
  private static final String JAVADOC = "apidocs/index.html";

  @TempDir private static Path folder;

  @BeforeAll
  static void layOut() throws Exception {
    Path home = DocumentedCommands.home();
    Path log = folder.resolve("log");
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                home.resolve("src/site/java/SiteSources.java").toString(),
                home.toString(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(java.waitFor()).as(() -> read(log)).isZero();
  }

  @Test
  void everyPage_isInReachOfTheMenu() throws IOException {
    Set<Path> reached = new TreeSet<>();
    Deque<Path> open = new ArrayDeque<>(menu());
    while (!open.isEmpty()) {
      Path page = open.remove();
      if (reached.add(page)) {
        for (String link : links(page)) {
          Path target = target(page, link);
          if (target.toString().endsWith(".md")) {
            open.add(target);
          }
        }
      }
    }
    assertThat(reached).containsExactlyInAnyOrderElementsOf(pages()).hasSizeGreaterThan(50);
  }

  @Test
  void everyLink_leadsToAPageOrAFile() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      for (String link : links(page)) {
        if (!leads(page, link)) {
          dead.add(folder.relativize(page) + ": " + link);
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  @Test
  void everyItem_leadsToAPage() throws IOException {
    assertThat(menu()).allSatisfy(page -> assertThat(page).isRegularFile());
  }

  @Test
  void theReadme_isTheFirstPage() {
    assertThat(markdown().resolve("index.md"))
        .content()
        .startsWith("# <a id=\"lepcnn\"></a>lepcnn");
    assertThat(markdown().resolve("README.md")).doesNotExist();
  }

  private static Path markdown() {
    return folder.resolve("markdown");
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.walk(markdown())) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static List<Path> menu() throws IOException {
    String site = Files.readString(folder.resolve("site.xml"));
    return ITEM.matcher(site)
        .results()
        .map(item -> item.group(1))
        .filter(href -> !href.equals(JAVADOC))
        .map(href -> markdown().resolve(href.replaceFirst("\\.html(#.*)?$", ".md")))
        .toList();
  }

  private static List<String> links(Path page) throws IOException {
    return LINK.matcher(Files.readString(page))
        .results()
        .filter(link -> link.group(1) != null && !ELSEWHERE.matcher(link.group(1)).matches())
        .map(link -> link.group(1))
        .toList();
  }

  private static Path target(Path page, String link) {
    String file = link.replaceFirst("#.*$", "");
    return file.isEmpty() ? page : page.resolveSibling(file).normalize();
  }

  private static boolean leads(Path page, String link) throws IOException {
    Path target = target(page, link);
    int mark = link.indexOf('#');
    return Files.isRegularFile(target)
        ? mark < 0
            || Files.readString(target).contains("<a id=\"" + link.substring(mark + 1) + "\"></a>")
        : Files.isRegularFile(folder.resolve("resources").resolve(markdown().relativize(target)));
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
