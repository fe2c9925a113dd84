/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.net.HostPort;
import org.lepcnn.precompute.job.MicroBatch;

class PrecomputeOptionsTest {
  @Test
  void theDefaultsUseAllProcessorsAndOneChallenge() {
    PrecomputeOptions options = valid().build();

    assertThat(options.parallelism()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(options.challengesPerLayer()).isEqualTo(1);
    assertThat(options.kernel()).isNull();
    assertThat(options.jobManager()).isNull();
    assertThat(options.output()).isAbsolute();
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    for (PrecomputeOptions.Builder bad :
        List.of(
            valid().passes(-1),
            valid().passes(PrecomputeOptions.MAX_PASSES + 1),
            valid().parallelism(0),
            valid().challengesPerLayer(0),
            valid().challengesPerLayer(3),
            valid().kernel("abacus"),
            valid().device("no spaces"))) {
      assertThatThrownBy(bad::build)
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("found");
    }
  }

  @Test
  void anAddressOfAJobManagerIsHostAndPort() {
    assertThat(HostPort.parse("cluster.local:8081")).isEqualTo(new HostPort("cluster.local", 8081));
    assertThat(HostPort.parse("[::1]:8081").host()).isEqualTo("[::1]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host", ":8081", "host:", "host:0", "host:65536", "host:web"})
  void aMalformedAddressIsRefused(String text) {
    assertThatThrownBy(() -> HostPort.parse(text))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("HOST:PORT");
  }

  @Test
  void aMicroBatchFitsItsBudget() {
    assertThat(MicroBatch.passes(TinyModel.bundle().plan())).isEqualTo(MicroBatch.MAX_PASSES);
  }

  private static PrecomputeOptions.Builder valid() {
    return PrecomputeOptions.builder()
        .ownerFile(Path.of("owner.lep"))
        .bundle(Path.of("bundle"))
        .device("meter-1")
        .passes(10)
        .output(Path.of("tables"));
  }
}
