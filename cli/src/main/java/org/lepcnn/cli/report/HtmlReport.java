/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.lepcnn.core.io.AtomicFiles;

/**
 * One HTML file, without scripts and without references: every input, what the edge saw of it, the
 * answer, and the rounds that led to it.
 */
public final class HtmlReport {
  private HtmlReport() {}

  /** A line of the summary. */
  public record Fact(String name, String value) {}

  /**
   * Writes the report: all of it or nothing.
   *
   * @param facts what is told beside what the inferences say themselves
   */
  public static void write(
      Path file, String title, List<Fact> facts, List<InferenceReport> inferences) {
    String page = Template.read("report.mustache").page(ReportPage.of(title, facts, inferences));
    AtomicFiles.write(file, page.getBytes(StandardCharsets.UTF_8));
  }
}
