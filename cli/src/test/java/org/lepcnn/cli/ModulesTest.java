/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    for (Document module : jarModules()) {
      artifacts.addAll(texts(module, "/project/artifactId"));
    }
    List<String> listed = texts(pom("bom"), "//dependencyManagement//dependency/artifactId");
    assertThat(listed).isNotEmpty().containsExactlyInAnyOrderElementsOf(artifacts);
  }

  private static List<Document> jarModules() throws Exception {
    List<Document> modules = new ArrayList<>();
    for (String name : texts(pom("."), "/project/modules/module")) {
      Document pom = pom(name);
      if (!texts(pom, "/project/packaging").contains("pom")) {
        modules.add(pom);
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
