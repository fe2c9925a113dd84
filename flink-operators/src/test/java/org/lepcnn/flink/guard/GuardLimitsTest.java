/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.error.BadInputException;

class GuardLimitsTest {
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "8, 8, 1", "1, 10000, 1", "10000, 10000, 1"})
  void extremes_areAllowed(int ofModel, int ofDevice, long jump) {
    assertThatCode(() -> new GuardLimits(ofModel, ofDevice, jump)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "-1, 1, 1", "2, 1, 1", "1, 10001, 1", "1, 1, 0", "1, 1, -1"})
  void whatLiesBeyond_isBadInput_andNamed(int ofModel, int ofDevice, long jump) {
    assertThatThrownBy(() -> new GuardLimits(ofModel, ofDevice, jump))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found " + ofModel + ", " + ofDevice + " and " + jump + ".");
  }

  /** The package's documentation gives the size of the state for these. */
  @Test
  void defaults_areThoseOfTheDocuments() {
    assertThat(GuardLimits.DEFAULT).isEqualTo(new GuardLimits(8, 2_000, 1_048_576));
  }
}
