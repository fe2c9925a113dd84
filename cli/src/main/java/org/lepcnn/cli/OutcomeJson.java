/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.Map;
import org.lepcnn.cli.report.Outcome;
import org.lepcnn.gateway.input.TensorJson;

/** An outcome as JSON; times in milliseconds. What is not known of it is null. */
record OutcomeJson(
    String input,
    long pass,
    Long answer,
    Double confidence,
    Long label,
    Boolean right,
    Boolean exact,
    Integer floatAnswer,
    int rounds,
    long bytesUp,
    long bytesDown,
    Outcome.Phases millis,
    Map<String, TensorJson> outputs) {
  static OutcomeJson of(Outcome outcome, Map<String, TensorJson> outputs) {
    boolean answered = outcome.answer() >= 0;
    boolean labelled = outcome.label() >= 0;
    return new OutcomeJson(
        outcome.name(),
        outcome.pass(),
        answered ? outcome.answer() : null,
        answered ? outcome.confidence() : null,
        labelled ? outcome.label() : null,
        labelled ? outcome.right() : null,
        outcome.exact(),
        outcome.floatAnswer() >= 0 ? outcome.floatAnswer() : null,
        outcome.rounds(),
        outcome.bytesUp(),
        outcome.bytesDown(),
        outcome.phases(),
        outputs);
  }
}
