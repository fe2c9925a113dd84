/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.bench.Built;
import org.lepcnn.bench.plainjob.EchoRound;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.process.FreePorts;

/** The echo through a real broker, with rounds of several records each way. */
class EchoPipelineIT {
  @TempDir Path folder;

  @Test
  void roundsOfSeveralRecords_comeBackWhole() {
    Assumptions.assumeTrue(Built.is(), Built.MISSING);
    LocalLayout layout = LocalLayout.find();
    int chunk = ChunkLayout.MAX_CHUNK_ELEMENTS;
    List<EchoRound> rounds =
        List.of(
            new EchoRound(List.of(chunk, 5), List.of(chunk, chunk, 1)),
            new EchoRound(List.of(1), List.of(1)));
    try (LocalBroker broker =
            LocalBroker.start(layout, folder.resolve("broker"), FreePorts.find());
        EchoPipeline echo =
            EchoPipeline.start(
                new BaselineJob.Place(layout, broker.bootstrapServers(), 2, folder), rounds)) {
      assertThat(echo.passMillis("bench-2")).hasSize(2).doesNotContain(0);
      assertThat(echo.passMillis("bench-3")).hasSize(2).doesNotContain(0);
    }
  }
}
