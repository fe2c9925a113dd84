/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.deployments.LocalLayout;

/** The real script, where its packages are installed. */
class HomomorphicBaselineIT {
  @TempDir Path folder;

  @Test
  void quickRun_isCorrectAndGivesJson() {
    assumeThat(LocalLayout.find().home().resolve("benchmarks/he/node_modules"))
        .as("packages of the homomorphic baseline (cd benchmarks/he && npm ci)")
        .exists();

    HomomorphicResult result =
        HomomorphicBaseline.find()
            .run(
                List.of("--quick", "--parts", "mnist", "--images-per-batch", "20"),
                Duration.ofMinutes(5));
    result.write(folder);

    assertThat(folder.resolve("he.png")).isNotEmptyFile();
    assertThat(result.text()).contains("MNIST network, measured");
    assertThat(result.json())
        .startsWith("{")
        .contains("\"benchmark\": \"he\"", "\"outputsChecked\": 200", "\"correct\": true");
  }
}
