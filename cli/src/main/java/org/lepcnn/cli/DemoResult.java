/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.lepcnn.cli.report.Outcome;
import org.lepcnn.cli.report.OutcomeTable;
import org.lepcnn.json.Result;

/**
 * What a demo has shown.
 *
 * @param report the HTML file with the same
 */
@JsonPropertyOrder({
  "model",
  "fingerprint",
  "answers",
  "allExact",
  "right",
  "floatAgrees",
  "maxFloatError",
  "medianMillis",
  "edgePid",
  "brokerPid",
  "report"
})
record DemoResult(
    String model,
    String fingerprint,
    @JsonIgnore List<Outcome> outcomes,
    double maxFloatError,
    long brokerPid,
    long edgePid,
    Path report)
    implements Result {
  @JsonProperty
  List<OutcomeJson> answers() {
    return outcomes.stream().map(outcome -> OutcomeJson.of(outcome, null)).toList();
  }

  @JsonProperty
  boolean allExact() {
    return exactCount() == outcomes.size();
  }

  long exactCount() {
    return outcomes.stream().filter(outcome -> Boolean.TRUE.equals(outcome.exact())).count();
  }

  @JsonProperty
  long right() {
    return outcomes.stream().filter(Outcome::right).count();
  }

  @JsonProperty
  long floatAgrees() {
    return outcomes.stream().filter(outcome -> outcome.answer() == outcome.floatAnswer()).count();
  }

  @JsonProperty
  double medianMillis() {
    double[] sorted =
        outcomes.stream().mapToDouble(outcome -> outcome.phases().total()).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  @Override
  public String text() {
    return OutcomeTable.render(outcomes) + "\n" + verdict() + "\nReport: " + report;
  }

  private String verdict() {
    int count = outcomes().size();
    return String.format(
        Locale.ROOT,
        "%s%n%d of %d answers are the labels; float ONNX Runtime gives the same answer on %d of %d, largest difference of a probability %.2g.%n"
            + "Median of a pass: %.1f ms in %d rounds, %d bytes up, %d bytes down. Edge process %d, broker process %d, device process %d.",
        allExact()
            ? "Every answer equals the plain integer network bit for bit; every result passed the integrity check."
            : "NOT every answer equals the plain integer network.",
        right(),
        count,
        floatAgrees(),
        count,
        maxFloatError(),
        medianMillis(),
        outcomes().get(0).rounds(),
        outcomes().get(0).bytesUp(),
        outcomes().get(0).bytesDown(),
        edgePid(),
        brokerPid(),
        ProcessHandle.current().pid());
  }
}
