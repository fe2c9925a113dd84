/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceIdsTest {
  @TempDir Path folder;

  /** Two copies of a machine may have all but one of the sources in common. */
  @Test
  void everySourceAlone_makesAnotherNumber() {
    byte[] same = {1, 2, 3};
    byte[] other = {1, 2, 4};
    assertThat(InstanceIds.of(same, same, same))
        .isEqualTo(InstanceIds.of(same, same, same))
        .isNotEqualTo(InstanceIds.of(other, same, same))
        .isNotEqualTo(InstanceIds.of(same, other, same))
        .isNotEqualTo(InstanceIds.of(same, same, other));
  }

  @Test
  void everySource_saysSomethingElseEachTime() {
    Path random = Path.of("/dev/urandom");
    assertThat(InstanceIds.ofProcess()).hasSize(32).isNotEqualTo(InstanceIds.ofProcess());
    assertThat(InstanceIds.ofClocks()).isNotEqualTo(InstanceIds.ofClocks());
    if (random.toFile().canRead()) {
      assertThat(InstanceIds.ofKernel(random))
          .hasSize(32)
          .isNotEqualTo(InstanceIds.ofKernel(random));
    }
    assertThat(InstanceIds.fresh()).isNotEqualTo(InstanceIds.fresh());
  }

  @Test
  void aPlatformWithoutRandomFile_hasTheOtherSources() {
    assertThat(InstanceIds.ofKernel(folder.resolve("missing"))).isEmpty();
  }
}
