/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class CompilerTimeTest {
  private static final String FIELDS =
      " S 1 77 77 0 -1 4194368 900 0 2 0 41 5 0 0 20 0 30 0 1234 1 2";

  @Test
  void ofACompilersThread_userAndSystemTime() {
    assertThat(CompilerTime.ticks("81 (C2 CompilerThre)" + FIELDS)).isEqualTo(46);
    assertThat(CompilerTime.ticks("82 (C1 CompilerThre)" + FIELDS)).isEqualTo(46);
  }

  @Test
  void ofOtherThreads_nothing_whateverTheirNames() {
    assertThat(CompilerTime.ticks("83 (java)" + FIELDS)).isZero();
    assertThat(CompilerTime.ticks("84 (a (C2 Compiler) b)" + FIELDS)).isZero();
  }

  @Test
  void ofThisProcess_whichHasCompiled() {
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self/task")), "Linux alone tells");

    assertThat(CompilerTime.millis(ProcessHandle.current().pid())).isPositive();
  }

  @Test
  void ofAProcessThatIsNotThere_unknown() {
    assertThat(CompilerTime.millis(Long.MAX_VALUE)).isNaN();
  }
}
