/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.kernel.ModelRegistry;
import org.lepcnn.flink.testkit.TestModel;

class EdgeWarmUpTest {
  @TempDir private Path folder;

  @Test
  void everyRound_goesAllTheWay() {
    try (TestModel model = TestModel.writeMixed(folder);
        ModelLease lease = model.acquire()) {
      LoadedModel loaded = lease.future().join();

      // a pass that is refused anywhere ends the warm-up early
      assertThat(EdgeWarmUp.run(loaded, 3, TimeUnit.MINUTES.toNanos(1))).isEqualTo(3);
    }
  }

  @Test
  void time_isBounded() {
    try (TestModel model = TestModel.write(folder);
        ModelLease lease = model.acquire()) {
      assertThat(EdgeWarmUp.run(lease.future().join(), 1_000_000, 1)).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void model_isWarmBeforeAnybodyFindsItReady() {
    List<LoadedModel> warmed = new ArrayList<>();
    try (TestModel model = TestModel.write(folder);
        ModelLease lease = ModelRegistry.acquire(model.source(), warmed::add)) {
      assertThat(lease.future().join()).isSameAs(warmed.get(0));
    }
  }
}
