/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import org.lepcnn.cli.report.Outcome;
import org.lepcnn.core.io.Json;

/** An outcome as JSON; times in milliseconds. */
final class OutcomeJson {
  private OutcomeJson() {}

  static Json.JsonObject of(Outcome o) {
    Json.JsonObject object = Json.object().put("input", o.name()).put("pass", o.pass());
    if (o.answer() >= 0) {
      object.put("answer", o.answer()).put("confidence", o.confidence());
    }
    if (o.label() >= 0) {
      object.put("label", o.label()).put("right", o.right());
    }
    if (o.exact() != null) {
      object.put("exact", o.exact().booleanValue());
    }
    if (o.floatAnswer() >= 0) {
      object.put("floatAnswer", o.floatAnswer());
    }
    return object
        .put("rounds", o.rounds())
        .put("bytesUp", o.bytesUp())
        .put("bytesDown", o.bytesDown())
        .put(
            "millis",
            Json.object()
                .put("stages", o.phases().stages())
                .put("mask", o.phases().mask())
                .put("edge", o.phases().edge())
                .put("check", o.phases().check())
                .put("unmask", o.phases().unmask())
                .put("total", o.phases().total()));
  }
}
