/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.precompute.job.LocalCluster;
import org.lepcnn.precompute.job.PassRange;
import org.lepcnn.precompute.job.WorkPlan;

/** An interruption while Flink takes the job: Flink itself reports it as whatever it was doing. */
class JobRunTest {
  private static final PassRange RANGE = new PassRange("00112233445566778899aabbccddeeff", 0, 1999);

  @TempDir Path folder;

  @AfterEach
  void clearInterruption() {
    Thread.interrupted();
  }

  @Test
  void interruptedWhileTheJobIsSubmitted_saysSoAndHowToGoOn() {
    Workshop shop = Workshop.create(folder);
    try (LocalCluster cluster = new LocalCluster(1)) {
      JobRun run = new JobRun(cluster, new WorkPlan(List.of(RANGE)), ProgressListener.NONE);
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> run.run(shop.settings(), 1))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageStartingWith("Making tables: interrupted.")
          .hasMessageContaining("2000 passes stay issued")
          .hasMessageContaining("--passes 0");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }
  }
}
