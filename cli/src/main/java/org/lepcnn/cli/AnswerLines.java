/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.lepcnn.cli.report.InferenceReport;
import org.lepcnn.cli.report.InferenceTable;
import org.lepcnn.command.Output;
import org.lepcnn.gateway.input.Labels;

/**
 * Tells answers one by one, as they come, so that an interruption loses none that is there. What
 * many inputs fail with, tables that are used up, say, is told once.
 */
final class AnswerLines {
  private final Output output;
  private final Labels labels;
  private final BiFunction<PrivateRun.Inferred, Long, InferenceReport> describe;
  private final int width;

  private final List<PrivateRun.Inferred> answers = new ArrayList<>();
  private final List<InferenceReport> inferences = new ArrayList<>();

  /** How many inputs failed with a message. */
  private final Map<String, Integer> failures = new LinkedHashMap<>();

  /**
   * @param describe makes a report of an answer that is no failure and its label
   * @param width of the longest name that will come
   */
  AnswerLines(
      Output output,
      Labels labels,
      BiFunction<PrivateRun.Inferred, Long, InferenceReport> describe,
      int width) {
    this.output = output;
    this.labels = labels;
    this.describe = describe;
    this.width = width;
  }

  /** Tells the next answer, in the order of the inputs. */
  void tell(PrivateRun.Inferred answer) {
    String name = answer.input().name();
    if (answer.failure() == null) {
      InferenceReport inference = describe.apply(answer, labels.of(name, answers.size()));
      if (inferences.isEmpty()) {
        output.line(InferenceTable.header(width));
      }
      output.line(InferenceTable.row(width, inference));
      inferences.add(inference);
    } else if (failures.merge(answer.failure().getMessage(), 1, Integer::sum) == 1) {
      output.progress("lepcnn: " + name + ": " + answer.failure().getMessage());
    }
    answers.add(answer);
  }

  /** Says how many inputs failed for a reason that was told before. */
  void end() {
    failures.forEach(
        (message, inputs) -> {
          if (inputs > 1) {
            output.progress("lepcnn: " + (inputs - 1) + " more failed: " + message);
          }
        });
  }

  List<PrivateRun.Inferred> answers() {
    return answers;
  }

  /** Of the answers that are no failures, in their order. */
  List<InferenceReport> inferences() {
    return inferences;
  }
}
