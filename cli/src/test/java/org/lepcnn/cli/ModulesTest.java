/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What the poms say of every module. */
class ModulesTest {
  private static final Path HOME = Path.of(System.getProperty("lepcnn.home"));

  @Test
  void everyModuleWithAJar_isInTheBom() throws Exception {
    List<String> artifacts = new ArrayList<>();
    for (Document module : jarModules().values()) {
      artifacts.addAll(texts(module, "/project/artifactId"));
    }
    List<String> listed = texts(pom("bom"), "//dependencyManagement//dependency/artifactId");
    assertThat(listed).isNotEmpty().containsExactlyInAnyOrderElementsOf(artifacts);
  }

  /** On a module path, a package of two modules is an error. */
  @Test
  void everyModule_isNamedLikeItsPackages() throws Exception {
    Set<String> names = new TreeSet<>();
    for (Map.Entry<String, Document> module : jarModules().entrySet()) {
      List<String> name = texts(module.getValue(), "/project/properties/module.name");
      assertThat(name).as(module.getKey()).hasSize(1);
      assertThat(names.add(name.get(0))).as(module.getKey()).isTrue();
      assertThat(packages(module.getKey()))
          .as(module.getKey())
          .isNotEmpty()
          .allMatch(found -> (found + ".").startsWith(name.get(0) + "."));
    }
  }

  /** A release is compared with the one before by these names. */
  @Test
  void allOfTheApi_isCompared_andNothingElse() throws Exception {
    List<String> internalTypes = marked("@Internal");
    internalTypes.removeIf(name -> name.matches(".*\\.[a-z]+"));
    assertThat(texts(pom("."), "//profile[id='api']//include"))
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(marked("@PublicApi"));
    assertThat(texts(pom("."), "//profile[id='api']//exclude"))
        .containsExactlyInAnyOrderElementsOf(internalTypes);
  }

  /** The packages and types that bear a mark themselves. */
  private static List<String> marked(String mark) throws Exception {
    List<String> names = new ArrayList<>();
    for (String module : jarModules().keySet()) {
      Path sources = HOME.resolve(module).resolve("src/main/java");
      for (Path file : javaFiles(sources)) {
        if (Files.readAllLines(file).contains(mark)) {
          String path = sources.relativize(file).toString();
          names.add(path.replaceFirst("(/package-info)?\\.java$", "").replace('/', '.'));
        }
      }
    }
    return names;
  }

  private static List<Path> javaFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static Set<String> packages(String module) throws IOException {
    Path sources = HOME.resolve(module).resolve("src/main/java");
    return javaFiles(sources).stream()
        .map(file -> sources.relativize(file.getParent()).toString().replace('/', '.'))
        .collect(Collectors.toSet());
  }

  private static Map<String, Document> jarModules() throws Exception {
    Map<String, Document> modules = new TreeMap<>();
    for (String name : texts(pom("."), "/project/modules/module")) {
      Document pom = pom(name);
      if (!texts(pom, "/project/packaging").contains("pom")) {
        modules.put(name, pom);
      }
    }
    return modules;
  }

  private static Document pom(String folder) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(HOME.resolve(folder).resolve("pom.xml").toFile());
  }

  private static List<String> texts(Document pom, String path) throws XPathExpressionException {
    XPath xpath = XPathFactory.newInstance().newXPath();
    NodeList found = (NodeList) xpath.evaluate(path, pom, XPathConstants.NODESET);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      texts.add(found.item(i).getTextContent().strip());
    }
    return texts;
  }
}
