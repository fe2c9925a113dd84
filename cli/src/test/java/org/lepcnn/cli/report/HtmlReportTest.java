/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.text.Printable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;

/** Names are the owner's least trusted text: whatever they are, the page keeps its elements. */
class HtmlReportTest {
  private static final List<String> ELEMENTS =
      List.of(
          "html", "head", "meta", "title", "style", "body", "h1", "dl", "dt", "dd", "p", "table",
          "thead", "tbody", "tr", "th", "td", "img");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x.png\" onerror=\"alert(1)",
        "x.png' onerror='alert(1)",
        "x.png;base64,\"><script>alert(1)<!--",
        "x.<script>alert(1)<script>",
        "a&b&lt;c.png",
        "\u202egnp.exe",
        "]]>.png",
        "plain.png"
      })
  void hostileNames_areText_andNothingElse(String name) throws Exception {
    Path picture = folder.resolve(name);
    ImageIO.write(new BufferedImage(600, 3, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
    Document page = report(name, picture);
    NodeList all = page.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      assertThat(element.getTagName()).isIn(ELEMENTS);
      NamedNodeMap attributes = element.getAttributes();
      for (int j = 0; j < attributes.getLength(); j++) {
        assertThat(attributes.item(j).getNodeName())
            .isIn("lang", "charset", "http-equiv", "content", "class", "alt", "src");
      }
    }
    assertThat(page.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo(Printable.line(name));
    assertThat(page.getElementsByTagName("td").item(0).getTextContent())
        .isEqualTo(Printable.line(name));
    assertThat(page.getElementsByTagName("dd").item(0).getTextContent())
        .isEqualTo(Printable.line(name));
    NodeList pictures = page.getElementsByTagName("img");
    assertThat(pictures.getLength()).isEqualTo(2);
    for (int i = 0; i < 2; i++) {
      assertThat(((Element) pictures.item(i)).getAttribute("src"))
          .matches("data:image/png;base64,[A-Za-z0-9+/]+=*");
    }
  }

  @Test
  void policy_allowsNoScript_andNoStyleButItsOwn() throws Exception {
    Document page = report("a", null);
    Element policy = (Element) page.getElementsByTagName("meta").item(1);
    assertThat(policy.getAttribute("http-equiv")).isEqualTo("Content-Security-Policy");
    byte[] style =
        page.getElementsByTagName("style")
            .item(0)
            .getTextContent()
            .getBytes(StandardCharsets.UTF_8);
    String hash =
        java.util.Base64.getEncoder()
            .encodeToString(java.security.MessageDigest.getInstance("SHA-256").digest(style));
    assertThat(policy.getAttribute("content"))
        .isEqualTo(
            "default-src 'none'; img-src data:; style-src 'sha256-"
                + hash
                + "'; base-uri 'none'; form-action 'none'");
  }

  @Test
  void aFileThatIsNoPicture_isNotEmbedded_whateverItsName() throws Exception {
    Path file = Files.writeString(folder.resolve("a.svg+xml"), "<svg onload='alert(1)'/>");
    assertThat(report("a", file).getElementsByTagName("img").getLength()).isEqualTo(1);
  }

  private Document report(String name, Path picture) throws Exception {
    Path file = folder.resolve("report").resolve("report.html");
    InferenceReport inference =
        new InferenceReport(
            name,
            picture,
            new int[] {1, 2, 3, 4},
            2,
            0,
            3,
            4,
            "",
            "float32[1, 10]",
            0.5,
            -1,
            null,
            2,
            100,
            100,
            new InferenceReport.Phases(1, 1, 1, 1, 1, 5),
            List.of());
    HtmlReport.write(file, name, List.of(new HtmlReport.Fact("Model", name)), List.of(inference));
    String text = Files.readString(file).replace("<!DOCTYPE html>\n", "");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }
}
