/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.device;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lepcnn.campaign.device.DeviceKill.Target;
import org.lepcnn.campaign.load.CampaignReport;
import org.lepcnn.campaign.load.RequestAudit;

/**
 * What a campaign against the device has shown.
 *
 * @param seed of the instants
 * @param reservation passes of a reservation: the most that a kill may cost
 * @param inFlight passes that a life works on at the same time
 * @param lives killed ones and those that ended in order
 * @param audit of the request topic
 */
@JsonPropertyOrder({
  "holds",
  "seed",
  "kills",
  "unanswered",
  "caught",
  "answered",
  "wrong",
  "highestCost",
  "reservation",
  "mostInterrupted",
  "inFlight",
  "costOfOrderlyEnds",
  "records",
  "ids",
  "repetitions",
  "reuses",
  "lives"
})
public record DeviceKillReport(
    long seed,
    int reservation,
    int inFlight,
    @JsonIgnore List<DeviceKill> lives,
    @JsonUnwrapped RequestAudit audit)
    implements CampaignReport {
  public DeviceKillReport {
    lives = List.copyOf(lives);
  }

  /** Lives that were killed. */
  @JsonProperty
  public long kills() {
    return lives.stream().filter(life -> life.target() != null).count();
  }

  /** Kills at whose instant a round was without an answer. */
  @JsonProperty
  public long unanswered() {
    return lives.stream().filter(life -> life.target() != null && life.unanswered() > 0).count();
  }

  /** Kills that caught the process at this. */
  public long caught(Target target) {
    return lives.stream()
        .filter(life -> life.target() != null && life.caught().contains(target))
        .count();
  }

  /** The most that a kill has cost, in passes that were made the device's own and not worked on. */
  @JsonProperty
  public long highestCost() {
    return lives.stream()
        .filter(life -> life.target() != null)
        .mapToLong(DeviceKill::cost)
        .max()
        .orElse(0);
  }

  /** The most passes that one kill interrupted before anything of them was sent. */
  @JsonProperty
  public long mostInterrupted() {
    return lives.stream().mapToLong(DeviceKill::interrupted).max().orElse(0);
  }

  /** What orderly ends have cost together, in passes. */
  @JsonProperty
  public long costOfOrderlyEnds() {
    return lives.stream().filter(life -> life.target() == null).mapToLong(DeviceKill::cost).sum();
  }

  /** Answers that were not the plain integer network's. */
  @JsonProperty
  public long wrong() {
    return lives.stream().mapToLong(DeviceKill::wrong).sum();
  }

  /** Passes answered by all lives. */
  @JsonProperty
  public long answered() {
    return lives.stream().mapToLong(DeviceKill::answered).sum();
  }

  /** Each life is another process than the one before, and none went back. */
  private boolean goesOn() {
    long next = 0;
    long pid = 0;
    for (DeviceKill life : lives) {
      if (life.pid() == pid // ids of processes that ended long ago are given again
          || life.firstPass() < next
          || life.passesBegun() < life.passesSent()
          || life.nextPass() < life.passesBegun()) {
        return false;
      }
      next = life.nextPass();
      pid = life.pid();
    }
    return true;
  }

  /** Whether no mask was used twice, nothing was wrong, and nothing cost more than it may. */
  @Override
  @JsonProperty
  public boolean holds() {
    return audit.reuses() == 0
        && audit.ids() > 0
        && wrong() == 0
        && goesOn()
        && highestCost() <= reservation
        && mostInterrupted() <= inFlight
        && costOfOrderlyEnds() == 0
        && unanswered() * 10 >= kills() * 8;
  }

  @JsonProperty("caught")
  Map<Target, Long> caught() {
    Map<Target, Long> caught = new EnumMap<>(Target.class);
    for (Target target : Target.values()) {
      caught.put(target, caught(target));
    }
    return caught;
  }

  @JsonProperty("lives")
  List<ToldLife> toldLives() {
    return lives.stream().map(ToldLife::of).toList();
  }

  private record ToldLife(
      long pid,
      String target,
      String caught,
      int unanswered,
      long answered,
      long wasted,
      long firstPass,
      long passesBegun,
      long passesSent,
      long nextPass) {
    static ToldLife of(DeviceKill life) {
      return new ToldLife(
          life.pid(),
          life.target() == null ? "none" : life.target().toString(),
          life.caught().toString(),
          life.unanswered(),
          life.answered(),
          life.wasted(),
          life.firstPass(),
          life.passesBegun(),
          life.passesSent(),
          life.nextPass());
    }
  }

  /** A summary. */
  @Override
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Target target : Target.values()) {
      long aimed = lives.stream().filter(life -> life.target() == target).count();
      text.append(
          String.format(
              Locale.ROOT, "%-14s aimed at %5d, caught %5d%n", target, aimed, caught(target)));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%d kills, %d with a round unanswered; %d passes answered, %d wrong%n",
            kills(),
            unanswered(),
            answered(),
            wrong()));
    text.append(
        String.format(
            Locale.ROOT,
            "highest cost of a kill %d passes (a reservation has %d), and %d begun and not sent"
                + " (%d in flight); %d orderly ends cost %d%n",
            highestCost(),
            reservation,
            mostInterrupted(),
            inFlight,
            lives.size() - kills(),
            costOfOrderlyEnds()));
    text.append(
        String.format(
            Locale.ROOT,
            "%d records, %d ids, %d identical repetitions, %d ids with two payloads; seed %d%n",
            audit.records(),
            audit.ids(),
            audit.repetitions(),
            audit.reuses(),
            seed));
    return text.append(holds() ? "held" : "DID NOT HOLD").toString();
  }
}
