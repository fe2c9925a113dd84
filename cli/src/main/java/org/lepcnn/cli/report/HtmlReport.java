/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.gateway.picture.Pictures;

/**
 * One HTML file, without scripts and without references: every picture, what the edge saw of it,
 * and the answer. Pictures are decoded and drawn anew, so that nothing of a file but its pixels
 * gets into the page.
 */
public final class HtmlReport {
  private static final String STYLE =
      "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:88rem;padding:0"
          + " 1rem;color:#1b1f24}"
          + "h1{font-size:1.5rem}table{border-collapse:collapse;width:100%}th,td{padding:.35rem"
          + " .5rem;border-bottom:1px solid #d8dee4;text-align:right;white-space:nowrap}"
          + "th:first-child,td:first-child{text-align:left}th{font-weight:600;background:#f6f8fa;position:sticky;top:0}img{width:64px;height:64px;image-rendering:pixelated;border:1px"
          + " solid"
          + " #d8dee4;vertical-align:middle}.wrong{color:#b42318;font-weight:600}dl{display:grid;grid-template-columns:max-content"
          + " 1fr;gap:.2rem 1rem}dt{font-weight:600}dd{margin:0}";

  private static final String EXPLANATION =
      "The picture stays on the device. The edge gets the masked tensor: every residue is uniform"
          + " over the field, whatever the picture. The drawing shows the top eight bits of the"
          + " first plane's residues.";
  private static final List<String> COLUMNS =
      List.of(
          "input",
          "picture",
          "what the edge saw",
          "answer",
          "label",
          "confidence",
          "rounds",
          "bytes up",
          "bytes down",
          "stages ms",
          "mask ms",
          "edge ms",
          "check ms",
          "unmask ms",
          "total ms");

  /** Pictures are drawn at most that large. */
  private static final int SIDE = 256;

  private HtmlReport() {}

  /** A line of the summary. */
  public record Fact(String name, String value) {}

  /** Writes the report: all of it or nothing. */
  public static void write(
      Path file, String title, List<Fact> facts, List<InferenceReport> inferences) {
    List<Html> summary = new ArrayList<>();
    for (Fact fact : facts) {
      summary.add(Html.element("dt", fact.name()));
      summary.add(Html.element("dd", fact.value()));
    }
    List<Html> titles = COLUMNS.stream().map(column -> Html.element("th", column)).toList();
    List<Html> rows = inferences.stream().map(HtmlReport::row).toList();
    String page =
        Html.page(
            title,
            STYLE,
            Html.element("h1", title),
            Html.element("dl", Html.join(summary)),
            Html.element("p", EXPLANATION),
            Html.element(
                "table",
                Html.element("thead", Html.element("tr", Html.join(titles))),
                Html.element("tbody", Html.join(rows))));
    AtomicFiles.write(file, page.getBytes(StandardCharsets.UTF_8));
  }

  private static Html row(InferenceReport o) {
    InferenceReport.Phases p = o.phases();
    boolean wrong = o.label() >= 0 && !o.right();
    List<Html> cells = new ArrayList<>();
    cells.add(Html.element("td", o.name()));
    cells.add(Html.element("td", picture(o)));
    cells.add(Html.element("td", residues(o)));
    cells.add(Html.element("td", wrong ? Map.of("class", "wrong") : Map.of(), answer(o)));
    cells.add(Html.element("td", o.label() < 0 ? "" : Long.toString(o.label())));
    add(cells, Double.isNaN(o.confidence()) ? "-" : "%.4f", o.confidence());
    add(cells, "%.0f", o.rounds(), (double) o.bytesUp(), (double) o.bytesDown());
    add(cells, "%.2f", p.stages(), p.mask(), p.edge(), p.check(), p.unmask(), p.total());
    return Html.element("tr", Html.join(cells));
  }

  /** The best classes, where somebody named them. */
  private static Html answer(InferenceReport o) {
    List<Html> parts = new ArrayList<>();
    parts.add(Html.text(o.shownAnswer()));
    o.bestLines().forEach(line -> parts.add(Html.element("div", line)));
    return Html.join(parts);
  }

  private static void add(List<Html> cells, String format, double... values) {
    for (double value : values) {
      cells.add(Html.element("td", String.format(Locale.ROOT, format, value)));
    }
  }

  /** The picture that an input came from; nothing when it came from no picture. */
  private static Html picture(InferenceReport o) {
    if (o.picture() == null) {
      return Html.text("");
    }
    try {
      return Html.png(png(shrunk(Pictures.read(o.picture()))), "the picture " + o.name());
    } catch (BadInputException e) {
      return Html.text("");
    }
  }

  private static Html residues(InferenceReport o) {
    return o.edgeSaw() == null
        ? Html.text("")
        : Html.png(png(draw(o.edgeSaw(), o.planeWidth())), "masked residues of " + o.name());
  }

  /** Draws the first plane of masked residues: the top eight of 31 bits as grey. */
  private static BufferedImage draw(int[] residues, int width) {
    int columns = Math.max(1, Math.min(width, residues.length));
    int rows = Math.max(1, Math.min(columns, residues.length / columns));
    BufferedImage image = new BufferedImage(columns, rows, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < rows * columns; i++) {
      image.getRaster().setSample(i % columns, i / columns, 0, residues[i] >>> 23);
    }
    return image;
  }

  private static BufferedImage shrunk(BufferedImage picture) {
    double factor = Math.min(1, (double) SIDE / Math.max(picture.getWidth(), picture.getHeight()));
    int width = Math.max(1, (int) (factor * picture.getWidth()));
    int height = Math.max(1, (int) (factor * picture.getHeight()));
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = small.createGraphics();
    graphics.drawImage(picture, 0, 0, width, height, null);
    graphics.dispose();
    return small;
  }

  private static byte[] png(BufferedImage image) {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("Drawing to memory", e);
    }
  }
}
