/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.edge;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Locale;
import org.lepcnn.campaign.load.CampaignReport;

/**
 * What a campaign against the edge has shown.
 *
 * @param seed of the order and instants of the kills
 * @param passes that were submitted
 * @param exact answered as the plain integer network does, bit for bit
 * @param once answered once to the application
 * @param distinctPasses pass numbers among the answers
 * @param retries identical repetitions that the gateway sent
 * @param seconds of load
 * @param kills in order
 * @param firstFailure the first pass without an answer, or null
 */
@JsonPropertyOrder("holds")
public record EdgeFaultReport(
    long seed,
    int passes,
    int exact,
    int once,
    int distinctPasses,
    long retries,
    double seconds,
    List<EdgeKill> kills,
    String firstFailure)
    implements CampaignReport {
  public EdgeFaultReport {
    kills = List.copyOf(kills);
  }

  /** Whether every pass was answered, right and once, and every kill hit a process with work. */
  @Override
  @JsonProperty
  public boolean holds() {
    return exact == passes
        && once == passes
        && distinctPasses == passes
        && kills.stream().allMatch(EdgeKill::counts);
  }

  /** A table of the kills and the verdict. */
  @Override
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(" kill  victim        process  successor  in flight  answered  down ms  gap ms\n");
    for (int i = 0; i < kills.size(); i++) {
      EdgeKill kill = kills.get(i);
      text.append(
          String.format(
              Locale.ROOT,
              "%5d  %-12s %8d   %8d   %8d  %8d  %7d  %6d%s%n",
              i + 1,
              kill.victim(),
              kill.killed(),
              kill.successor(),
              kill.unanswered(),
              kill.answeredBefore(),
              kill.downMillis(),
              kill.gapMillis(),
              kill.counts() ? "" : "  DOES NOT COUNT"));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%d passes, %d right bit for bit, %d answered once, %d distinct pass numbers, %d repetitions, %.0f s, seed %d",
            passes,
            exact,
            once,
            distinctPasses,
            retries,
            seconds,
            seed));
    if (firstFailure != null) {
      text.append("\nfirst failure: ").append(firstFailure);
    }
    return text.append(holds() ? "\nheld" : "\nDID NOT HOLD").toString();
  }
}
