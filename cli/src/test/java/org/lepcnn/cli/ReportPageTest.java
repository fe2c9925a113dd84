/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.cli.report.HtmlReport;
import org.lepcnn.cli.report.InferenceReport;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.input.Labels;
import org.lepcnn.gateway.page.Browser;
import org.lepcnn.gateway.page.BrowserPage;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;

/** The report of private passes, in a browser. */
class ReportPageTest {
  private static final int WIDE = 1_280;
  private static final int INPUTS = 6;

  @TempDir static Path folder;
  private static Browser browser;
  private static Path report;
  private static List<String> names;

  @BeforeAll
  static void readPicturesPrivately() {
    assumeTrue(Browser.isInstalled(), "no browser on the PATH: pages are not looked at");
    report = folder.resolve("report").resolve("report.html");
    HtmlReport.write(
        report,
        "Private inference: the digits of a utility meter",
        List.of(new HtmlReport.Fact("Model", "meter-digits")),
        inferences());
    browser = Browser.open();
  }

  private static List<InferenceReport> inferences() {
    ModelBundle bundle = ModelImporter.importModel(Meter.onnx(), ImportOptions.defaults());
    List<Inputs.Input> inputs = Meter.inputs(bundle).subList(0, INPUTS);
    ProvisionedDevice device = ProvisionedDevice.create(folder, bundle, "meter-1", inputs.size());
    Labels labels = Labels.read(Meter.onnx().resolveSibling("pictures").resolve("labels.csv"));
    names = inputs.stream().map(Inputs.Input::name).toList();
    List<InferenceReport> inferences = new ArrayList<>();
    try (InProcessEdge edge = new InProcessEdge(bundle.edge(), new ScalarKernels());
        PrivateRun run =
            PrivateRun.open(
                DeviceState.open(device.state()),
                device.tables(),
                edge,
                4,
                Duration.ZERO,
                inputs.size(),
                true)) {
      run.run(
          inputs,
          answer -> {
            long label = labels.of(answer.input().name(), Integer.MAX_VALUE);
            inferences.add(run.describe(answer, label, (int) label, true));
          });
    }
    return inferences;
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1280, false", "1280, true", "390, false", "390, true"})
  void itFits_hasNoBarrier_andBreaksNoPolicy(int width, boolean dark) {
    BrowserPage page = browser.page();
    page.show(width, width == WIDE ? 900 : 844, dark);
    page.open(report.toUri());
    assertThat(page.overflowing()).isEmpty();
    assertThat(page.complaints()).isEmpty();
    assertThat(page.barriers()).isEmpty();
    assertThat(page.text("document.images.length")).isEqualTo(Integer.toString(2 * INPUTS));
    assertThat(page.text("[...document.images].every(i => i.naturalWidth > 0)")).isEqualTo("true");
  }

  @Test
  void itIsPrinted_inDarkColoursToo_asInkOnPaper() {
    BrowserPage page = browser.page();
    page.show(WIDE, 900, true);
    page.media("print", true);
    page.open(report.toUri());
    assertThat(page.text("getComputedStyle(document.body).color")).isEqualTo("rgb(0, 0, 0)");
    assertThat(page.text("getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(255, 255, 255)");
    assertThat(page.overflowing()).isEmpty();
  }

  @Test
  void keys_reachEveryInputAndItsRounds_inTheOrderOfThePage() {
    BrowserPage page = browser.page();
    page.show(WIDE, 900, false);
    page.open(report.toUri());
    List<String> expected = new ArrayList<>(names);
    expected.addAll(Collections.nCopies(INPUTS, "Rounds, bytes and checks"));
    assertThat(page.tabs(3 * INPUTS)).containsExactlyElementsOf(expected);
    assertThat(page.text("document.querySelectorAll('details[open]').length")).isEqualTo("1");
    page.text("document.querySelector('details:not([open]) summary').focus()");
    page.press("Enter", 13);
    assertThat(page.text("document.querySelectorAll('details[open]').length")).isEqualTo("2");
  }
}
