/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.neighbour;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.lepcnn.campaign.load.CampaignReport;

/**
 * What a device over its quota did to another one.
 *
 * @param quota of the noisy devices, requests per second
 * @param phases the quiet one first
 */
@JsonPropertyOrder({"holds", "bound"})
public record NeighbourReport(int quota, @JsonIgnore List<Phase> phases) implements CampaignReport {
  /** The most by which a neighbour may raise the p95. */
  public static final double BOUND = 3;

  /** A flood counts when it was at least that share of ten times the quota. */
  private static final double REACHED = 0.9;

  public NeighbourReport {
    phases = List.copyOf(phases);
  }

  /**
   * The victim's passes under one condition.
   *
   * @param name for people
   * @param millis of each pass; not to be changed
   * @param exact answered as the plain integer network does
   * @param floodRounds that a neighbour sent meanwhile; 0 for none
   * @param floodSeconds in which it did
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Phase(
      String name, double[] millis, int exact, long floodRounds, double floodSeconds) {
    double p50() {
      return percentile(50);
    }

    double p95() {
      return percentile(95);
    }

    /** The smallest that so many percent of the passes do not exceed. */
    private double percentile(int percent) {
      double[] sorted = millis.clone();
      Arrays.sort(sorted);
      return sorted[(sorted.length * percent + 99) / 100 - 1];
    }

    double floodRate() {
      return floodRounds == 0 ? 0 : floodRounds / floodSeconds;
    }
  }

  /** Whether every pass was right, every flood one, and no p95 above the bound. */
  @Override
  @JsonProperty
  public boolean holds() {
    return phases.stream().allMatch(this::holds);
  }

  /** The p95 over the quiet one. */
  double ratio(Phase phase) {
    return phase.p95() / phases.get(0).p95();
  }

  private boolean holds(Phase phase) {
    boolean flooded =
        phase == phases.get(0) || phase.floodRate() >= REACHED * Neighbour.TIMES_QUOTA * quota;
    return flooded && phase.exact() == phase.millis().length && ratio(phase) <= BOUND;
  }

  @JsonProperty("bound")
  double bound() {
    return BOUND;
  }

  @JsonProperty("phases")
  List<ToldPhase> toldPhases() {
    return phases.stream()
        .map(
            phase ->
                new ToldPhase(
                    phase.name(),
                    phase.millis().length,
                    phase.exact(),
                    phase.p50(),
                    phase.p95(),
                    ratio(phase),
                    phase.floodRounds(),
                    phase.floodRate()))
        .toList();
  }

  private record ToldPhase(
      String name,
      int passes,
      int exact,
      double p50Millis,
      double p95Millis,
      double ratio,
      long floodRounds,
      double floodPerSecond) {}

  /** A table and the verdict. */
  @Override
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append("victim                     passes  right   p50 ms   p95 ms  ratio   flood/s\n");
    for (Phase phase : phases) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-26s %6d %6d %8.1f %8.1f %6.2f %9.0f%s%n",
              phase.name(),
              phase.millis().length,
              phase.exact(),
              phase.p50(),
              phase.p95(),
              ratio(phase),
              phase.floodRate(),
              holds(phase) ? "" : "  DOES NOT HOLD"));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "ratio: p95 over quiet p95, at most %.0f; quota of the flooding device: %d requests/s",
            BOUND,
            quota));
    return text.append(holds() ? "\nheld" : "\nDID NOT HOLD").toString();
  }
}
