/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StepsTest {
  private static final long LONG_SECONDS = 600;

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  @Test
  void longWork_isToldAgainAndAgain() throws InterruptedException {
    try (Steps steps = new Steps(lines::add, 1)) {
      steps.accept("rounding");
      String line = lines.poll(LONG_SECONDS, TimeUnit.SECONDS);
      while (line != null && !line.startsWith("lepcnn: rounding (")) {
        line = lines.poll(LONG_SECONDS, TimeUnit.SECONDS);
      }
      assertThat(line).isNotNull();
      assertThat(lines.poll(LONG_SECONDS, TimeUnit.SECONDS)).startsWith("lepcnn: rounding (");
    }
  }

  @Test
  void shortWork_isNotTold() {
    try (Steps steps = new Steps(lines::add, TimeUnit.DAYS.toMillis(1))) {
      steps.accept("rounding");
    }
    assertThat(lines).isEmpty();
  }
}
