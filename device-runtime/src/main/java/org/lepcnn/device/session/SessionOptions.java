/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.time.Duration;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.port.PassWindow;

/**
 * How a session works; see {@link PrivateSessionBuilder} for the defaults.
 *
 * @param passesInFlight passes that run at the same time, at most {@link PassWindow#PASSES}; others
 *     wait their turn
 * @param passesPerReservation passes reserved and claimed at once
 * @param maxIntegrityFailures failures in the life of the chain after which nothing is sent
 * @param closeTimeout how long a close waits for passes
 * @param releaseTimeout how long a close waits for the edge to take unused passes back; 0 for not
 *     asking
 */
record SessionOptions(
    int passesInFlight,
    int passesPerReservation,
    int maxIntegrityFailures,
    Duration closeTimeout,
    Duration releaseTimeout) {
  SessionOptions {
    requirePositive("passes in flight", passesInFlight);
    requireWithinWindow(passesInFlight);
    requirePositive("passes per reservation", passesPerReservation);
    requirePositive("integrity failures until quarantine", maxIntegrityFailures);
    requireNotNegative("close timeout", closeTimeout);
    requireNotNegative("release timeout", releaseTimeout);
  }

  private static void requireWithinWindow(int passes) {
    if (passes > PassWindow.PASSES) {
      throw BadInputException.about("Session")
          .expected(
              "at most "
                  + PassWindow.PASSES
                  + " passes in flight, the most that the edge's guard keeps open for a chain")
          .found(passes, "The guard would refuse further passes as STALE.");
    }
  }

  private static void requireNotNegative(String what, Duration value) {
    if (value.isNegative()) {
      throw new BadInputException(
          "Session: the " + what + " must not be negative; found " + value + ".");
    }
  }

  private static void requirePositive(String what, int value) {
    if (value < 1) {
      throw new BadInputException("Session: " + what + " must be at least 1; found " + value + ".");
    }
  }
}
