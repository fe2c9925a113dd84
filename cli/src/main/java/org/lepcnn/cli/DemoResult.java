/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.lepcnn.cli.report.InferenceReport;
import org.lepcnn.cli.report.InferenceTable;
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
    @JsonIgnore List<InferenceReport> inferences,
    double maxFloatError,
    long brokerPid,
    long edgePid,
    Path report)
    implements Result {
  @JsonProperty
  List<InferenceJson> answers() {
    return inferences.stream().map(inference -> InferenceJson.of(inference, null)).toList();
  }

  @JsonProperty
  boolean allExact() {
    return exactCount() == inferences.size();
  }

  long exactCount() {
    return inferences.stream().filter(inference -> Boolean.TRUE.equals(inference.exact())).count();
  }

  @JsonProperty
  long right() {
    return inferences.stream().filter(InferenceReport::right).count();
  }

  @JsonProperty
  long floatAgrees() {
    return inferences.stream()
        .filter(inference -> inference.answer() == inference.floatAnswer())
        .count();
  }

  @JsonProperty
  double medianMillis() {
    double[] sorted =
        inferences.stream().mapToDouble(inference -> inference.phases().total()).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  @Override
  public String text() {
    return InferenceTable.render(inferences) + "\n" + verdict() + "\nReport: " + report;
  }

  private String verdict() {
    int count = inferences().size();
    return String.format(
        Locale.ROOT,
        "%s%n%d of %d answers are the labels; float ONNX Runtime gives the same answer on %d of %d,"
            + " largest difference of a probability %.2g.%nMedian of a pass: %.1f ms in %d rounds,"
            + " %d bytes up, %d bytes down. Edge process %d, broker process %d, device process %d.",
        allExact()
            ? "Every answer equals the plain integer network bit for bit; every result passed the"
                + " integrity check."
            : "NOT every answer equals the plain integer network.",
        right(),
        count,
        floatAgrees(),
        count,
        maxFloatError(),
        medianMillis(),
        inferences().get(0).rounds(),
        inferences().get(0).bytesUp(),
        inferences().get(0).bytesDown(),
        edgePid(),
        brokerPid(),
        ProcessHandle.current().pid());
  }
}
