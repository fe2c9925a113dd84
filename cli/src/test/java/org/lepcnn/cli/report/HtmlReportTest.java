/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.text.Printable;
import org.lepcnn.gateway.picture.RankedClass;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;

/** Names are the owner's least trusted text: whatever they are, the page keeps its elements. */
class HtmlReportTest {
  private static final List<String> ELEMENTS =
      List.of(
          "html",
          "head",
          "meta",
          "title",
          "style",
          "body",
          "header",
          "main",
          "footer",
          "section",
          "article",
          "h1",
          "h2",
          "h3",
          "p",
          "b",
          "span",
          "strong",
          "a",
          "dl",
          "div",
          "dt",
          "dd",
          "figure",
          "figcaption",
          "img",
          "svg",
          "path",
          "rect",
          "table",
          "thead",
          "tbody",
          "tr",
          "th",
          "td",
          "details",
          "summary");
  private static final List<String> ATTRIBUTES =
      List.of(
          "lang",
          "charset",
          "http-equiv",
          "name",
          "content",
          "class",
          "id",
          "alt",
          "src",
          "href",
          "role",
          "aria-label",
          "scope",
          "open",
          "viewBox",
          "preserveAspectRatio",
          "d",
          "x",
          "width",
          "height");

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
        assertThat(attributes.item(j).getNodeName()).isIn(ATTRIBUTES);
      }
    }
    assertThat(page.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo(Printable.line(name));
    assertThat(page.getElementsByTagName("h3").item(0).getTextContent())
        .isEqualTo(Printable.line(name));
    assertThat(texts(page, "dd")).contains(Printable.line(name));
    assertThat(texts(page, "a")).containsExactly(Printable.line(name));
    assertThat(((Element) page.getElementsByTagName("a").item(0)).getAttribute("href"))
        .isEqualTo("#input-1");
    NodeList pictures = page.getElementsByTagName("img");
    assertThat(pictures.getLength()).isEqualTo(2);
    for (int i = 0; i < 2; i++) {
      assertThat(((Element) pictures.item(i)).getAttribute("src"))
          .matches("data:image/png;base64,[A-Za-z0-9+/]+=*");
    }
  }

  private static List<String> texts(Document page, String element) {
    NodeList all = page.getElementsByTagName(element);
    return IntStream.range(0, all.getLength()).mapToObj(i -> all.item(i).getTextContent()).toList();
  }

  @Test
  void templatesThatDoNotEscape_areRefused() {
    assertThatThrownBy(() -> Template.of("{{{name}}}"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Template.of("{{&name}}")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Template.of("{{=<% %>=}}<%& name%>"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatATemplateNamesAndItsModelLacks_isAnError() {
    Template template = Template.of("{{nothing}}");
    assertThatThrownBy(() -> template.page(new HtmlReport.Fact("a", "b")))
        .hasMessageContaining("nothing");
  }

  @Test
  void histogram_countsEachNumberOnce_andMergesByRange() {
    Histogram ends = Histogram.of(4, i -> i == 0 ? Double.NaN : i);
    assertThat(ends.size()).isEqualTo(3);
    assertThat(ends.low()).isEqualTo(1);
    assertThat(ends.high()).isEqualTo(3);
    assertThat(Histogram.of(3, i -> 7).size()).isEqualTo(3);
    Histogram merged = Histogram.merged(List.of(ends, Histogram.of(2, i -> 10 * i)));
    assertThat(merged.size()).isEqualTo(5);
    assertThat(merged.high()).isEqualTo(10);
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
            Histogram.of(4, i -> i),
            new PassTrace(
                PassTrace.EdgeView.of(new int[] {1, 2, 3, 4}, 4, 2, 2, 5),
                List.of(new PassTrace.Round(1, 3, 100, 100, 2, 2)),
                100),
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
            List.of(new RankedClass(3, name, 0.5)));
    HtmlReport.write(file, name, List.of(new HtmlReport.Fact("Model", name)), List.of(inference));
    String text = Files.readString(file).replace("<!DOCTYPE html>\n", "");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }
}
