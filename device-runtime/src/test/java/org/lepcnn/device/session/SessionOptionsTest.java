/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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
        .hasMessageContainingAll("at most 64 passes in flight", "found 65", "STALE");
  }

  @Test
  void theSmallestSettings_areAccepted() {
    assertThatCode(() -> new SessionOptions(1, 1, 1, Duration.ZERO, Duration.ZERO))
        .doesNotThrowAnyException();
  }

  @Test
  void everySettingThatCannotBe_isRefusedByItsName() {
    Duration zero = Duration.ZERO;
    Duration negative = Duration.ofNanos(-1);
    assertRefused(
        () -> new SessionOptions(0, 1, 1, zero, zero),
        "passes in flight must be at least 1; found 0");
    assertRefused(
        () -> new SessionOptions(1, 0, 1, zero, zero),
        "passes per reservation must be at least 1; found 0");
    assertRefused(
        () -> new SessionOptions(1, 1, 0, zero, zero),
        "integrity failures until quarantine must be at least 1; found 0");
    assertRefused(
        () -> new SessionOptions(1, 1, 1, negative, zero), "close timeout must not be negative");
    assertRefused(
        () -> new SessionOptions(1, 1, 1, zero, negative), "release timeout must not be negative");
  }

  private static void assertRefused(ThrowingCallable making, String why) {
    assertThatThrownBy(making).isInstanceOf(BadInputException.class).hasMessageContaining(why);
  }
}
