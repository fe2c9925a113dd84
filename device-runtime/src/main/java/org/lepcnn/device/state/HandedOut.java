/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.port.InstanceId;

/**
 * Which passes of an open state were taken, and under whose name the others may go back. Guarded by
 * the state's lock.
 */
final class HandedOut {
  private final long openedPass;

  /** Who gave {@link #openedPass} and what follows back to the edge; null when nobody did. */
  private final @Nullable InstanceId openedReleasedBy;

  /** All passes before this one count as used, even if the state closes cleanly. */
  private long firstUntouched;

  private boolean released;
  private boolean claimRefused;
  private int inFlight;

  /**
   * @param openedPass the first pass that the file has as never handed out
   * @param releasedBy who gave it back to the edge; null when nobody did
   */
  HandedOut(long openedPass, @Nullable InstanceId releasedBy) {
    this.openedPass = openedPass;
    this.openedReleasedBy = releasedBy;
    this.firstUntouched = openedPass;
  }

  void taken(long pass) {
    inFlight++;
    firstUntouched = Math.max(firstUntouched, pass + 1);
  }

  void ended() {
    inFlight--;
  }

  int inFlight() {
    return inFlight;
  }

  long firstUntouched() {
    return firstUntouched;
  }

  /** The edge accepted this instance's release of all passes that were not taken. */
  void released() {
    released = true;
  }

  /** The edge refused this instance's claim of all passes that were not taken, and its release. */
  void claimRefused() {
    claimRefused = true;
  }

  Optional<InstanceId> releasedBefore(long pass) {
    return pass == openedPass ? Optional.ofNullable(openedReleasedBy) : Optional.empty();
  }

  /**
   * Under whose name the passes from {@link #firstUntouched} on go back; null for nobody's.
   *
   * @param instance this opening's
   */
  @Nullable InstanceId givenBackBy(InstanceId instance) {
    if (released) {
      return instance;
    }
    if (firstUntouched == openedPass && openedReleasedBy != null) {
      return openedReleasedBy; // whose claim the edge would meet first, reading its log again
    }
    return claimRefused ? instance : null;
  }
}
