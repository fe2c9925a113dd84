/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.door;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Locale;
import org.lepcnn.campaign.load.CampaignReport;

/**
 * What a campaign against the HTTP door has shown.
 *
 * @param clients at the same time
 * @param requests with an id each
 * @param exact ids that were answered as the plain integer network does, bit for bit
 * @param distinctPasses pass numbers among the answers
 * @param passesUsed the highest of them and one, as they begin at 0 and none is left out
 * @param repetitions requests that were sent again after their answer
 * @param sameAnswers of these, those that got the first answer again, byte for byte
 * @param refusals with status 429 or 503 and {@code Retry-After}, after which the id was sent again
 * @param brokenConnections after which the id was sent again
 * @param edgeKilled whether the edge's process died with requests unanswered, and another one came
 * @param brokerKilled the same of the broker
 * @param heapEarlyBytes in use after a collection, when a fifth of the requests was answered
 * @param heapLateBytes the same at the end
 * @param seconds of load
 * @param firstFailure the first id that was not answered as it must be, or null
 */
@JsonPropertyOrder("holds")
public record DoorReport(
    int clients,
    int requests,
    int exact,
    int distinctPasses,
    long passesUsed,
    int repetitions,
    int sameAnswers,
    int refusals,
    int brokenConnections,
    boolean edgeKilled,
    boolean brokerKilled,
    long heapEarlyBytes,
    long heapLateBytes,
    double seconds,
    String firstFailure)
    implements CampaignReport {
  /** How much more memory may be in use at the end. */
  static final long MORE_HEAP_BYTES = 32L << 20;

  /**
   * Whether every id was answered, right and by a pass of its own, no other pass was used, both
   * processes were killed under load, and memory did not grow.
   */
  @Override
  @JsonProperty
  public boolean holds() {
    return exact == requests
        && distinctPasses == requests
        && passesUsed == requests
        && sameAnswers == repetitions
        && edgeKilled
        && brokerKilled
        && heapLateBytes - heapEarlyBytes <= MORE_HEAP_BYTES
        && firstFailure == null;
  }

  /** Sentences and the verdict. */
  @Override
  public String text() {
    String text =
        String.format(
            Locale.ROOT,
            "%d requests of %d clients in %.0f s: %d right bit for bit, %d distinct pass numbers, %d passes used%n"
                + "%d repetitions, %d with the same answer; %d refusals and %d broken connections, sent again%n"
                + "edge killed: %s, broker killed: %s%n"
                + "heap in use: %.1f MiB early, %.1f MiB at the end",
            requests,
            clients,
            seconds,
            exact,
            distinctPasses,
            passesUsed,
            repetitions,
            sameAnswers,
            refusals,
            brokenConnections,
            edgeKilled,
            brokerKilled,
            mebibytes(heapEarlyBytes),
            mebibytes(heapLateBytes));
    String failure = firstFailure == null ? "" : "\nfirst failure: " + firstFailure;
    return text + failure + (holds() ? "\nheld" : "\nDID NOT HOLD");
  }

  private static double mebibytes(long bytes) {
    return (double) bytes / (1 << 20);
  }
}
