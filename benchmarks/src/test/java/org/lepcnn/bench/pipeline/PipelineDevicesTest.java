/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.lepcnn.flink.EdgePipeline;
import org.lepcnn.kafka.topic.TopicSettings;

/** The names of the benchmark's devices spread the work, or parallelism 2 would measure nothing. */
class PipelineDevicesTest {
  @Test
  void names_fallOnAllPartitions() {
    assertThat(PipelineBenchmark.DEVICES.stream().map(PipelineDevicesTest::partition))
        .containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  @Test
  void names_fallOnBothSubtasksAlike() {
    assertThat(PipelineBenchmark.DEVICES.stream().map(PipelineDevicesTest::subtask))
        .containsExactlyInAnyOrder(0, 0, 1, 1);
  }

  private static int partition(String device) {
    byte[] key = device.getBytes(StandardCharsets.US_ASCII);
    return Utils.toPositive(Utils.murmur2(key)) % TopicSettings.DEFAULT.partitions();
  }

  private static int subtask(String device) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(
        device, EdgePipeline.MAX_PARALLELISM, 2);
  }
}
