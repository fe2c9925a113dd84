/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.lepcnn.core.io.AtomicFiles;

/**
 * One HTML file, without scripts and without references: every picture, what the edge saw of it,
 * and the answer.
 */
public final class HtmlReport {
  private static final String STYLE =
      "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:88rem;padding:0 1rem;color:#1b1f24}"
          + "h1{font-size:1.5rem}table{border-collapse:collapse;width:100%}"
          + "th,td{padding:.35rem .5rem;border-bottom:1px solid #d8dee4;text-align:right;white-space:nowrap}"
          + "th:first-child,td:first-child{text-align:left}th{font-weight:600;background:#f6f8fa;position:sticky;top:0}"
          + "img{width:64px;height:64px;image-rendering:pixelated;border:1px solid #d8dee4;vertical-align:middle}"
          + ".wrong{color:#b42318;font-weight:600}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:600}dd{margin:0}";

  private HtmlReport() {}

  /** A line of the summary. */
  public record Fact(String name, String value) {}

  /** Writes the report: all of it or nothing. */
  public static void write(Path file, String title, List<Fact> facts, List<Outcome> outcomes) {
    StringBuilder html = new StringBuilder(1 << 16);
    html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
        .append(escape(title));
    html.append("</title><style>")
        .append(STYLE)
        .append("</style></head><body>\n<h1>")
        .append(escape(title))
        .append("</h1>\n<dl>");
    for (Fact fact : facts) {
      html.append("<dt>")
          .append(escape(fact.name()))
          .append("</dt><dd>")
          .append(escape(fact.value()))
          .append("</dd>");
    }
    html.append(
        "</dl>\n<p>The picture stays on the device. The edge gets the masked tensor: every residue is uniform over the field,"
            + " whatever the picture. The drawing shows the top eight bits of the first plane's residues.</p>\n");
    html.append(
        "<table><thead><tr><th>input</th><th>picture</th><th>what the edge saw</th><th>answer</th><th>label</th><th>confidence</th>"
            + "<th>rounds</th><th>bytes up</th><th>bytes down</th><th>stages ms</th><th>mask ms</th><th>edge ms</th><th>check ms</th>"
            + "<th>unmask ms</th><th>total ms</th></tr></thead><tbody>\n");
    for (Outcome outcome : outcomes) {
      appendRow(html, outcome);
    }
    html.append("</tbody></table>\n</body></html>\n");
    AtomicFiles.write(file, html.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void appendRow(StringBuilder html, Outcome o) {
    Outcome.Phases p = o.phases();
    html.append("<tr><td>").append(escape(o.name())).append("</td><td>");
    if (o.picture() != null) {
      appendImage(
          html, mediaType(o.picture()), readPicture(o.picture()), "the picture " + o.name());
    }
    html.append("</td><td>");
    if (o.edgeSaw() != null) {
      appendImage(
          html,
          "image/png",
          drawResidues(o.edgeSaw(), o.planeWidth()),
          "masked residues of " + o.name());
    }
    boolean wrong = o.label() >= 0 && !o.right();
    html.append("</td><td").append(wrong ? " class=\"wrong\">" : ">").append(o.answer());
    html.append("</td><td>").append(o.label() < 0 ? "" : Long.toString(o.label()));
    cells(html, "%.4f", o.confidence());
    cells(html, "%.0f", o.rounds(), o.bytesUp(), o.bytesDown());
    cells(html, "%.2f", p.stages(), p.mask(), p.edge(), p.check(), p.unmask(), p.total());
    html.append("</td></tr>\n");
  }

  private static void cells(StringBuilder html, String format, double... values) {
    for (double value : values) {
      html.append("</td><td>").append(String.format(Locale.ROOT, format, value));
    }
  }

  private static void appendImage(StringBuilder html, String type, byte[] bytes, String alt) {
    html.append("<img alt=\"")
        .append(escape(alt))
        .append("\" src=\"data:")
        .append(type)
        .append(";base64,");
    html.append(Base64.getEncoder().encodeToString(bytes)).append("\">");
  }

  /** Draws the first plane of masked residues: the top eight of 31 bits as grey. */
  private static byte[] drawResidues(int[] residues, int width) {
    int columns = Math.max(1, Math.min(width, residues.length));
    int rows = Math.max(1, Math.min(columns, residues.length / columns));
    BufferedImage image = new BufferedImage(columns, rows, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < rows * columns; i++) {
      image.getRaster().setSample(i % columns, i / columns, 0, residues[i] >>> 23);
    }
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("Drawing to memory", e);
    }
  }

  private static String mediaType(Path picture) {
    String name = picture.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".jpg") || name.endsWith(".jpeg")
        ? "image/jpeg"
        : "image/" + name.substring(name.lastIndexOf('.') + 1);
  }

  private static byte[] readPicture(Path picture) {
    try {
      return Files.readAllBytes(picture);
    } catch (IOException e) {
      throw new UncheckedIOException("Reading " + picture, e);
    }
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
