/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EdgeRefusedExceptionTest {
  @ParameterizedTest
  @CsvSource({
    "UNKNOWN_DEVICE, lepcnn devices enrol",
    "NOT_AUTHORISED, --lift-revocation",
    "UNKNOWN_MODEL, lepcnn models publish",
    "CLAIMED_BY_ANOTHER_INSTANCE, lepcnn device provision",
    "CHAIN_RETIRED, lepcnn device provision",
    "TOO_MANY_CHAINS, lepcnn devices enrol --chain"
  })
  void whatSomebodyCanMend_namesTheNextStep(EdgeErrorCode code, String step) {
    assertThat(new EdgeRefusedException(code, "why"))
        .hasMessageStartingWith("The edge refuses (" + code + "): why. ")
        .hasMessageContaining(step)
        .hasMessageEndingWith(".");
  }

  @Test
  void others_sayWhatTheEdgeSaid() {
    assertThat(new EdgeRefusedException(EdgeErrorCode.STALE, "why"))
        .hasMessage("The edge refuses (STALE): why");
  }
}
