/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.port.PassWindow;

class SessionOptionsTest {
  private static SessionOptions inFlight(int passes) {
    return new SessionOptions(passes, 1, 1, Duration.ZERO, Duration.ZERO);
  }

  /** What leaves the guard's window is refused as stale, and its passes are used up. */
  @Test
  void morePassesInFlightThanTheGuardKeepsOpen_areRefused() {
    assertThat(inFlight(PassWindow.PASSES).passesInFlight()).isEqualTo(64);
    assertThatThrownBy(() -> inFlight(PassWindow.PASSES + 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("at most 64 passes in flight", "found 65", "STALE");
  }
}
