/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.access;

import java.util.OptionalLong;
import org.lepcnn.core.error.BadInputException;

/**
 * How much a user may move through each broker: Kafka's client quotas. Who is over is slowed down
 * by the broker, not refused.
 *
 * @param produced bytes a second; empty leaves what is set
 * @param consumed bytes a second; empty leaves what is set
 */
public record ByteRates(OptionalLong produced, OptionalLong consumed) {
  /** Leaves what is set. */
  public static final ByteRates UNCHANGED =
      new ByteRates(OptionalLong.empty(), OptionalLong.empty());

  public ByteRates {
    check("produced", produced);
    check("consumed", consumed);
  }

  private static void check(String what, OptionalLong rate) {
    if (rate.isPresent() && rate.getAsLong() < 1) {
      throw BadInputException.about("Byte quota")
          .expected("at least 1 byte a second " + what)
          .found(rate.getAsLong());
    }
  }
}
