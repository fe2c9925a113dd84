/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.device;

import java.util.Set;

/**
 * One life of the device's process.
 *
 * @param pid its process id
 * @param target what the kill waited for; null for a life that ended in order
 * @param caught what the process was doing when it died
 * @param unanswered rounds without an answer when it died
 * @param answered passes that it had answered
 * @param wrong of those, wrong ones
 * @param firstPass the state's next pass before this life
 * @param wasted passes that were thrown away without work on them
 * @param passesBegun one more than the highest pass that work was begun on, or {@code firstPass}
 * @param passesSent one more than the highest pass of which anything was sent, or {@code firstPass}
 * @param nextPass the state's next pass after this life
 */
public record DeviceKill(
    long pid,
    Target target,
    Set<Target> caught,
    int unanswered,
    int answered,
    int wrong,
    int wasted,
    long firstPass,
    long passesBegun,
    long passesSent,
    long nextPass) {
  public DeviceKill {
    caught = Set.copyOf(caught);
  }

  /** Passes that this life made its own and never worked on. */
  public long cost() {
    return nextPass - passesBegun + wasted;
  }

  /** Passes that were begun when it died, and of which nothing was handed over yet. */
  public long interrupted() {
    return passesBegun - passesSent;
  }

  /** The instants that a campaign aims at. */
  public enum Target {
    /** While passes are made the device's own. */
    RESERVING,
    /** While the state's new file lies beside the old one. */
    WRITING_STATE,
    /** While a round is encoded and handed over. */
    SENDING,
    /** Between a result and the next round. */
    UNMASKING,
    /** During an orderly end. */
    CLOSING
  }
}
