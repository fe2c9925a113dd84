/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.text.DocumentedCommands;

/** The page for operators names every metric that the code registers. */
class DocumentedMetricsTest {
  private static final Pattern REGISTERED =
      Pattern.compile("(?:counter|gauge|histogram)\\(\\s*\"(\\w+)\"");
  private static final Pattern FIGURES =
      Pattern.compile("LongSupplier> figures\\(\\) \\{(.*?)\\n  +\\}\n", Pattern.DOTALL);
  private static final Pattern NAME = Pattern.compile("\"(\\w+)\"");

  @Test
  void everyMetric_isOnThePage() throws IOException {
    Path home = DocumentedCommands.home();
    String page = Files.readString(home.resolve("docs/operations/watch.md"));
    String table = page.substring(page.indexOf("## Metrics"), page.indexOf("## Clocks"));
    assertThat(registered(home.resolve("flink-operators/src/main/java")))
        .hasSizeGreaterThan(20)
        .allSatisfy(name -> assertThat(table).containsPattern("`" + name + "[`.]"));
  }

  private static Set<String> registered(Path sources) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(found -> found.toString().endsWith(".java")).toList()) {
        String source = Files.readString(file);
        addAll(names, REGISTERED.matcher(source));
        for (Matcher figures = FIGURES.matcher(source); figures.find(); ) {
          addAll(names, NAME.matcher(figures.group(1)));
        }
      }
    }
    names.remove("count"); // in a group, whose name counts
    return names;
  }

  private static void addAll(Set<String> names, Matcher found) {
    while (found.find()) {
      names.add(found.group(1));
    }
  }
}
