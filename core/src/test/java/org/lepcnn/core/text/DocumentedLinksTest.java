/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documents link to is there: files, and the headings of anchors. */
class DocumentedLinksTest {
  private static final Pattern CODE =
      Pattern.compile("^```.*?^```|`[^`\n]*`", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.+?) *#*$", Pattern.MULTILINE);
  private static final Pattern LINK = Pattern.compile("\\]\\(\\s*<?([^)\\s>]+)>?[^)]*\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("^[a-z]+:.*");

  @Test
  void everyLink_leadsSomewhere() throws IOException {
    Path home = DocumentedCommands.home();
    List<Path> documents = DocumentedPages.all();
    List<String> dead = new ArrayList<>();
    int links = 0;
    for (Path document : documents) {
      String text = CODE.matcher(Files.readString(document)).replaceAll("");
      for (String link : LINK.matcher(text).results().map(found -> found.group(1)).toList()) {
        if (!ELSEWHERE.matcher(link).matches()) {
          links++;
          if (!leads(document, link)) {
            dead.add(home.relativize(document) + ": " + link);
          }
        }
      }
    }
    assertThat(dead).isEmpty();
    assertThat(documents).hasSizeGreaterThan(20);
    assertThat(links).isGreaterThan(30);
  }

  @Test
  void deadLinks_areSeen() throws IOException {
    Path readme = DocumentedCommands.home().resolve("README.md");
    assertThat(leads(readme, "docs/operations.md")).isTrue();
    assertThat(leads(readme, "docs")).isTrue();
    assertThat(leads(readme, "docs/operations/topics.md#compressed-records")).isTrue();
    assertThat(leads(readme, "docs/operations/topics.md#no-such-heading")).isFalse();
    assertThat(leads(readme, "docs/no-such-file.md")).isFalse();
    assertThat(leads(readme, "#no-such-heading")).isFalse();
  }

  private static boolean leads(Path document, String link) throws IOException {
    int mark = link.indexOf('#');
    String file = mark < 0 ? link : link.substring(0, mark);
    Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
    return Files.exists(target)
        && (mark < 0 || anchors(Files.readString(target)).contains(link.substring(mark + 1)));
  }

  private static List<String> anchors(String text) {
    Map<String, Integer> seen = new HashMap<>();
    return HEADING
        .matcher(DocumentedPages.withoutBlocks(text))
        .results()
        .map(heading -> DocumentedPages.anchor(heading.group(1), seen))
        .toList();
  }
}
