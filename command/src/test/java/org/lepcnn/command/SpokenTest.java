/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;

class SpokenTest {
  @Test
  void knownFailures_haveTheirMessageAndStatus() {
    assertThat(Spoken.of(new RefusedException("No."))).isEqualTo(new Spoken("lepcnn: No.", 1));
    assertThat(Spoken.of(new BadInputException("Bad."))).isEqualTo(new Spoken("lepcnn: Bad.", 2));
    assertThat(Spoken.of(new EnvironmentException("Away.")))
        .isEqualTo(new Spoken("lepcnn: Away.", 3));
  }

  @Test
  void defects_areInternalErrors_whoseTraceATerminalMayShow() {
    Spoken spoken = Spoken.of(new IllegalStateException("\u001b[31mred"));
    assertThat(spoken.status()).isEqualTo(4);
    assertThat(spoken.text())
        .startsWith("lepcnn: internal error")
        .contains("<U+001B>[31mred")
        .doesNotContain("\u001b");
  }

  @Test
  void usage_quotesWhateverWasTyped_printableAndBounded() {
    Spoken spoken =
        Spoken.usage("Unknown option: '\u001b]0;x\u0007" + "y".repeat(70_000), "lepcnn");
    assertThat(spoken.status()).isEqualTo(2);
    assertThat(spoken.text())
        .hasSizeLessThan(1_100)
        .startsWith("lepcnn: Unknown option: '<U+001B>]0;x<U+0007>y")
        .endsWith(" See 'lepcnn --help'.");
  }
}
