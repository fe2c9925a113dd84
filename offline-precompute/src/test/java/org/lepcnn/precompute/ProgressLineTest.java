/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void aTerminalGetsOneLineThatIsOverwritten() {
    ProgressLine line = new ProgressLine(out, true);
    line.update(new Progress(32, 64, 0, 1, 0, 4));
    line.update(new Progress(64, 64, 1, 1, 2_500_000, 8));

    assertThat(text())
        .startsWith("\rtables: 32 of 64 passes, 0 of 1 files, 0.0 MB, 8.0 passes/s, 4 s left")
        .contains("\rtables: 64 of 64 passes, 1 of 1 files, 2.5 MB, 8.0 passes/s")
        .endsWith(System.lineSeparator());
    assertThat(text().lines()).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void aLogGetsALineNowAndThenAndAtTheEnd() {
    ProgressLine line = new ProgressLine(out, false);
    for (int second = 0; second < 25; second++) {
      line.update(new Progress(second, 25, 0, 1, 0, second));
    }
    line.update(new Progress(25, 25, 1, 1, 100, 25));

    assertThat(text().lines()).hasSize(4);
    assertThat(text()).doesNotContain("\r");
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
