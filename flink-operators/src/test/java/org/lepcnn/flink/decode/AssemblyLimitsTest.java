/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.error.BadInputException;

class AssemblyLimitsTest {
  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "1, 9, 5, 5", "9, 1, 5, 6"})
  void leastValues_areAllowed(long device, long subtask, long timeout, long round) {
    assertThatCode(() -> new AssemblyLimits(device, subtask, timeout, round))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1, 1", "1, 0, 1, 1", "1, 1, 0, 1", "1, 1, 5, 4", "-1, 1, 1, 1"})
  void senselessOnes_areBadInput_andNamed(long device, long subtask, long timeout, long round) {
    assertThatThrownBy(() -> new AssemblyLimits(device, subtask, timeout, round))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "found %d bytes per device, %d bytes per subtask, %d ms and %d ms."
                .formatted(device, subtask, timeout, round));
  }

  @Test
  void aRound_hasThreeTimeouts_asFarAsNumbersGo() {
    assertThat(new AssemblyLimits(1, 1, 10).roundMillis()).isEqualTo(30);
    long third = Long.MAX_VALUE / 3;
    assertThat(new AssemblyLimits(1, 1, third).roundMillis()).isEqualTo(3 * third);
    assertThat(new AssemblyLimits(1, 1, third + 1).roundMillis()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void shelter_isAFifthOfTheTimeout() {
    assertThat(AssemblyLimits.DEFAULT.shelterMillis()).isEqualTo(2_000);
  }

  @Test
  void defaults_areThoseOfTheDocuments() {
    long mib = 1_048_576;
    assertThat(AssemblyLimits.DEFAULT)
        .isEqualTo(new AssemblyLimits(128 * mib, 256 * mib, 10_000, 30_000));
  }
}
