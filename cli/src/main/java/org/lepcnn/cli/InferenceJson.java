/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.List;
import java.util.Map;
import org.lepcnn.cli.report.InferenceReport;
import org.lepcnn.gateway.input.TensorJson;
import org.lepcnn.gateway.picture.RankedClass;

/** An inference as JSON; times in milliseconds. What is not known of it is null. */
record InferenceJson(
    String input,
    long pass,
    Long answer,
    String answerName,
    List<RankedClass> best,
    Double confidence,
    Long label,
    Boolean right,
    Boolean exact,
    Integer floatAnswer,
    int rounds,
    long bytesUp,
    long bytesDown,
    InferenceReport.Phases millis,
    Map<String, TensorJson> outputs) {
  static InferenceJson of(InferenceReport inference, Map<String, TensorJson> outputs) {
    boolean answered = inference.answer() >= 0;
    boolean labelled = inference.label() >= 0;
    return new InferenceJson(
        inference.name(),
        inference.pass(),
        answered ? inference.answer() : null,
        inference.answerName().isEmpty() ? null : inference.answerName(),
        inference.best().isEmpty() ? null : inference.best(),
        answered ? inference.confidence() : null,
        labelled ? inference.label() : null,
        labelled ? inference.right() : null,
        inference.exact(),
        inference.floatAnswer() >= 0 ? inference.floatAnswer() : null,
        inference.rounds(),
        inference.bytesUp(),
        inference.bytesDown(),
        inference.phases(),
        outputs);
  }
}
