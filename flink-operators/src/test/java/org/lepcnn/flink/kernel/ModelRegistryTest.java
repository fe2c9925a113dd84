/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.flink.testkit.TestModel;

class ModelRegistryTest {
  @TempDir private Path folder;

  @Test
  void model_isLoadedOnce_andReleasedWithItsLastUser() {
    try (TestModel model = TestModel.write(folder.resolve("bundle"))) {
      ModelLease one = model.acquire();
      ModelLease two = model.acquire();
      assertThat(one.future().join()).isSameAs(two.future().join());
      one.close();
      one.close();
      assertThat(two.require().kernel(0)).isNotNull();
      two.close();
    }
  }
}
