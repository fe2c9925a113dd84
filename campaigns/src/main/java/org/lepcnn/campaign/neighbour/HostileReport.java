/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.neighbour;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.lepcnn.campaign.load.CampaignReport;
import org.lepcnn.campaign.neighbour.NeighbourReport.Phase;

/**
 * What devices that hold the edge's memory within their quotas did to another one.
 *
 * @param devices that were hostile
 * @param memoryMib for incomplete rounds at the edge
 * @param quiet the victim's passes before the attack
 * @param attacked the victim's passes under attack
 * @param victimRefusals typed errors that the victim met under attack
 * @param hostileRefusals typed errors that the hostile devices met
 * @param hostileChunks that they sent
 * @param seconds in which they did
 */
@JsonPropertyOrder({"holds", "bound"})
public record HostileReport(
    @JsonProperty("hostileDevices") int devices,
    int memoryMib,
    @JsonIgnore Phase quiet,
    @JsonIgnore Phase attacked,
    long victimRefusals,
    long hostileRefusals,
    long hostileChunks,
    @JsonProperty("hostileSeconds") double seconds)
    implements CampaignReport {
  /**
   * Whether every pass was right, the victim was refused nothing while the hostile devices were,
   * and its p95 is at most {@link NeighbourReport#BOUND} times the quiet one.
   */
  @Override
  @JsonProperty
  public boolean holds() {
    return servedInFull() && ratio() <= NeighbourReport.BOUND;
  }

  /** What {@link #holds} asks, but for the times. */
  public boolean servedInFull() {
    return isExact(quiet) && isExact(attacked) && victimRefusals == 0 && hostileRefusals > 0;
  }

  double ratio() {
    return attacked.p95() / quiet.p95();
  }

  private static boolean isExact(Phase phase) {
    return phase.exact() == phase.millis().length;
  }

  @JsonProperty
  double bound() {
    return NeighbourReport.BOUND;
  }

  @JsonProperty
  List<ToldPhase> phases() {
    return Stream.of(quiet, attacked)
        .map(
            phase ->
                new ToldPhase(
                    phase.name(),
                    phase.millis().length,
                    phase.exact(),
                    phase.p50(),
                    phase.p95(),
                    phase.p95() / quiet.p95()))
        .toList();
  }

  private record ToldPhase(
      String name, int passes, int exact, double p50Millis, double p95Millis, double ratio) {}

  /** A table and the verdict. */
  @Override
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append("victim            passes  right   p50 ms   p95 ms  ratio\n");
    for (Phase phase : List.of(quiet, attacked)) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-17s %6d %6d %8.1f %8.1f %6.2f%n",
              phase.name(),
              phase.millis().length,
              phase.exact(),
              phase.p50(),
              phase.p95(),
              phase.p95() / quiet.p95()));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%d hostile devices, %.0f s: %d chunks, refused %d times; the victim was refused %d times%n"
                + "ratio: p95 over quiet p95, at most %.0f; the edge had %d MiB for incomplete rounds",
            devices,
            seconds,
            hostileChunks,
            hostileRefusals,
            victimRefusals,
            NeighbourReport.BOUND,
            memoryMib));
    return text.append(holds() ? "\nheld" : "\nDID NOT HOLD").toString();
  }
}
