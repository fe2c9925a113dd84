/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.bench.TinyModel;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.core.kernel.ScalarKernels;

class RoundKernelsTest {
  @TempDir Path folder;

  @Test
  void everyRound_hasATime() throws Exception {
    try (BenchModel model = BenchModel.open(TinyModel.write(folder).toString());
        RoundKernels kernels = RoundKernels.open(model.bundle().edge(), new ScalarKernels())) {
      assertThat(kernels.passMillis()).hasSize(2).doesNotContain(0);
    }
  }
}
