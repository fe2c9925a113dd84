/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.CompressionType;
import org.junit.jupiter.api.Test;
import org.lepcnn.flink.testkit.EdgeCluster;
import org.lepcnn.kafka.testkit.PackedRecord;
import org.lepcnn.kafka.topic.Topics;

class ControlReaderIT {
  /** More than this process has. */
  private static final int HUGE = 2_000_000_000;

  @Test
  void compressedRecord_isSteppedOver_andCounted() throws Exception {
    try (EdgeCluster kafka = new EdgeCluster()) {
      kafka.createGateway("gw");
      byte[] key = "device-1".getBytes(StandardCharsets.US_ASCII);
      PackedRecord packed = PackedRecord.zeros(CompressionType.ZSTD, key, HUGE);
      for (String topic : new String[] {Topics.DEVICES, Topics.MODELS}) {
        assertThat(packed.send(kafka.bootstrapServers(), topic, 0)).isEqualTo(Errors.NONE);
      }
      Properties client = new Properties();
      client.setProperty("bootstrap.servers", kafka.bootstrapServers());
      try (ControlReader reader = new ControlReader(client, changed -> {})) {
        reader.start();
        while (!reader.isReady()) {
          Thread.sleep(50);
        }
        assertThat(reader.malformed()).isEqualTo(2);
        assertThat(reader.tables().deviceCount()).isZero();
      }
    }
  }
}
