/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.layering;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.lepcnn.core.text.DocumentedCommands;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * The picture of the modules in decision 16, and the same as the poms say it.
 *
 * @param arrows for each module what it knows; what stands beside it only when it runs, or comes
 *     from the place where it runs, begins with {@code ~}
 * @param packages the root package of each module
 */
record ModulePicture(Map<String, Set<String>> arrows, Map<String, String> packages) {
  private static final Path DECISION = Path.of("docs/decisions/0016-libraries-and-programs.md");
  private static final Pattern ARROW = Pattern.compile("^ *([a-z-]+) (-->|-\\.->) ([a-z-]+)$");
  private static final Pattern ALONE = Pattern.compile("^ *([a-z-]+)$");
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z-]+)` \\| `(org\\.lepcnn\\.[a-z]+)` \\|.*");

  /** As drawn. */
  static ModulePicture drawn() throws IOException {
    Map<String, Set<String>> arrows = new TreeMap<>();
    Map<String, String> packages = new TreeMap<>();
    boolean inside = false;
    for (String line : Files.readAllLines(DocumentedCommands.home().resolve(DECISION))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        packages.put(row.group(1), row.group(2));
      }
      inside = line.startsWith("```") ? line.equals("```mermaid") : inside;
      Matcher arrow = ARROW.matcher(line);
      Matcher alone = ALONE.matcher(line);
      if (inside && arrow.matches()) {
        String prefix = arrow.group(2).equals("-->") ? "" : "~";
        arrows
            .computeIfAbsent(arrow.group(1), from -> new TreeSet<>())
            .add(prefix + arrow.group(3));
      } else if (inside && alone.matches()) {
        arrows.computeIfAbsent(alone.group(1), from -> new TreeSet<>());
      }
    }
    return new ModulePicture(arrows, packages);
  }

  /** As the poms say it; what tests alone need is left out, and so are modules without code. */
  static Map<String, Set<String>> built() throws Exception {
    Map<String, Set<String>> arrows = new TreeMap<>();
    Path home = DocumentedCommands.home();
    for (Element module : children(children(pom(home), "modules").get(0), "module")) {
      Path folder = home.resolve(module.getTextContent().strip());
      if (Files.isDirectory(folder.resolve("src/main/java"))) {
        arrows.put(folder.getFileName().toString(), dependencies(pom(folder)));
      }
    }
    return arrows;
  }

  private static Set<String> dependencies(Element pom) {
    Set<String> found = new TreeSet<>();
    for (Element list : children(pom, "dependencies")) {
      for (Element dependency : children(list, "dependency")) {
        String artifact = text(dependency, "artifactId");
        String scope = text(dependency, "scope");
        boolean own = text(dependency, "groupId").equals("org.lepcnn");
        if (own && !scope.equals("test")) {
          found.add((scope.isEmpty() ? "" : "~") + artifact.replaceFirst("^lepcnn-", ""));
        }
      }
    }
    return found;
  }

  private static Element pom(Path folder) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(folder.resolve("pom.xml").toFile())
        .getDocumentElement();
  }

  private static String text(Element parent, String name) {
    List<Element> found = children(parent, name);
    return found.isEmpty() ? "" : found.get(0).getTextContent().strip();
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }
}
