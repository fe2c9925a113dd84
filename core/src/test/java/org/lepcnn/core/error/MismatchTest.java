/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MismatchTest {
  private final IOException cause = new IOException("gone");

  @Test
  void expectedAndFound_areOneSentence() {
    BadInputException failure =
        BadInputException.about("Claim").expected("0 <= first <= last").found(3 + " to " + 2);
    assertThat(failure).hasMessage("Claim: expected 0 <= first <= last; found 3 to 2.");
    assertThat(failure).hasNoCause();
    assertThat(BadInputException.about("Pass").expected("a number from 0").found(-1))
        .hasMessage("Pass: expected a number from 0; found -1.");
  }

  @Test
  void aRemedy_follows() {
    EnvironmentException failure =
        EnvironmentException.about(Path.of("m.lep")).expected("text").found("none", "Save it.");
    assertThat(failure).hasMessage("m.lep: expected text; found none. Save it.").hasNoCause();
  }

  @Test
  void aFailureThatWasFound_isTheCause() {
    assertThat(RefusedException.about("Reading").expected("a file").found(cause))
        .isExactlyInstanceOf(RefusedException.class)
        .hasMessage("Reading: expected a file; found: java.io.IOException: gone.")
        .hasCause(cause);
    assertThat(EnvironmentException.about("Reading").expected("a file").found(cause, "Look."))
        .isExactlyInstanceOf(EnvironmentException.class)
        .hasMessage("Reading: expected a file; found: java.io.IOException: gone. Look.")
        .hasCause(cause);
  }

  @Test
  void anotherCause_isKeptAndNotTold() {
    assertThat(BadInputException.about("Reading").expected("text").because(cause).found("bytes"))
        .isExactlyInstanceOf(BadInputException.class)
        .hasMessage("Reading: expected text; found bytes.")
        .hasCause(cause);
  }

  @Test
  void whatOthersSay_endsInOneFullStop() {
    IOException told = new IOException("Invalid tag (zero).");
    assertThat(BadInputException.about("Reading").found(told.getMessage()))
        .hasMessage("Reading; found Invalid tag (zero).");
    assertThat(BadInputException.about("Reading").found(told, "Look."))
        .hasMessage("Reading; found: java.io.IOException: Invalid tag (zero). Look.");
  }
}
