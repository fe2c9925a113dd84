/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.lepcnn.core.text.Printable;
import org.lepcnn.gateway.picture.RankedClass;

/**
 * What is told of one private inference.
 *
 * @param name the input, for people
 * @param picture the picture it came from, or null
 * @param edgeSaw the first masked tensor: public residues, or null
 * @param planeWidth width of that tensor's planes
 * @param pass the pass that was used
 * @param label what it should be, or −1
 * @param answer the label that the outputs tell, or −1 when they tell none
 * @param answerName the name that the outputs tell as the answer; empty when they tell none
 * @param outputs what the outputs are, for people
 * @param confidence the largest score; NaN without scores
 * @param floatAnswer what the float network answers, or −1 when it was not asked
 * @param exact whether it equals the plain integer network bit for bit; null when not compared
 * @param rounds offload rounds
 * @param bytesUp payload bytes to the edge
 * @param bytesDown payload bytes from the edge
 * @param phases milliseconds by phase
 * @param best the best classes with their names, the best first; empty where nobody named them
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, not a value to compare
public record InferenceReport(
    String name,
    Path picture,
    int[] edgeSaw,
    int planeWidth,
    long pass,
    long label,
    long answer,
    String answerName,
    String outputs,
    double confidence,
    int floatAnswer,
    Boolean exact,
    int rounds,
    long bytesUp,
    long bytesDown,
    Phases phases,
    List<RankedClass> best) {

  public InferenceReport {
    name = Printable.name(name);
    answerName = Printable.name(answerName);
    best = List.copyOf(best);
  }

  /** Milliseconds of one pass: total is wall time, the others add up to less. */
  public record Phases(
      double stages, double mask, double edge, double check, double unmask, double total) {}

  /** The answer for people; where the outputs tell none, what they are. */
  public String shownAnswer() {
    if (!answerName.isEmpty()) {
      return answerName;
    }
    return answer < 0 ? outputs : Long.toString(answer);
  }

  /** A line for each of the best classes: probability, number and name. */
  public List<String> bestLines() {
    return best.stream()
        .map(
            each ->
                String.format(
                    Locale.ROOT,
                    "%.4f %5d  %s",
                    each.score(),
                    each.label(),
                    each.name() == null ? "" : Printable.name(each.name())))
        .map(String::stripTrailing)
        .toList();
  }

  /** Whether the answer is the label; false without a label. */
  public boolean right() {
    return label >= 0 && label == answer;
  }
}
