/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.internal.CheckpointTransaction;
import org.apache.flink.connector.kafka.sink.internal.TransactionOwnership;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.lepcnn.flink.record.OutgoingRecord;

/**
 * What the source and the sinks of earlier releases left in savepoints, by version, and every later
 * one has to read. A new version of the connector's gets a line beside the others, which stay.
 */
class ConnectorStateTest {
  private static final KafkaPartitionSplit AT_41 =
      new KafkaPartitionSplit(new TopicPartition("lepcnn.requests.gw", 3), 41);
  private static final KafkaPartitionSplit COMMITTED =
      new KafkaPartitionSplit(
          new TopicPartition("lepcnn.requests.gw", 4), KafkaPartitionSplit.COMMITTED_OFFSET);

  private static final Map<Integer, String> SPLITS =
      Map.of(0, "00126c6570636e6e2e72657175657374732e67770000000300000000000000298000000000000000");
  private static final Map<Integer, String> ENUMERATORS =
      Map.of(
          3,
          "0000000200000000"
              + "0000002800126c6570636e6e2e72657175657374732e6777"
              + "00000004fffffffffffffffd800000000000000000000001"
              + "0000002800126c6570636e6e2e72657175657374732e6777"
              + "00000003000000000000002980000000000000000000000001");
  private static final Map<Integer, String> WRITERS =
      Map.of(
          2,
          "000e6c6570636e6e2d726573756c7473000000010000000200000000"
              + "0000000100126c6570636e6e2d726573756c74732d312d370000000000000007");
  private static final Map<Integer, String> COMMITTABLES =
      Map.of(1, "0005000000000000000900126c6570636e6e2d726573756c74732d312d37");

  private static Properties client() {
    Properties client = new Properties();
    client.setProperty("bootstrap.servers", "localhost:9");
    return client;
  }

  private static KafkaSink<OutgoingRecord> sink() {
    return EdgeSinks.records(client(), EdgeSinks.Delivery.EXACTLY_ONCE, "lepcnn-results");
  }

  /** A state of every version that the serializer has ever written, today's among them. */
  private static <T> List<T> read(
      SimpleVersionedSerializer<T> serializer, Map<Integer, String> written) throws IOException {
    assertThat(written).containsKey(serializer.getVersion());
    List<T> states = new ArrayList<>();
    for (Map.Entry<Integer, String> state : written.entrySet()) {
      byte[] bytes = HexFormat.of().parseHex(state.getValue());
      states.add(serializer.deserialize(state.getKey(), bytes));
    }
    return states;
  }

  @Test
  void offsetOfAPartition_isRead() throws IOException {
    assertThat(read(EdgeSources.requests(client()).build().getSplitSerializer(), SPLITS))
        .containsOnly(AT_41);
  }

  @Test
  void partitionsThatWereFound_areRead() throws IOException {
    SimpleVersionedSerializer<KafkaSourceEnumState> serializer =
        EdgeSources.requests(client()).build().getEnumeratorCheckpointSerializer();
    assertThat(read(serializer, ENUMERATORS))
        .allSatisfy(
            found -> {
              assertThat(found.assignedSplits()).containsExactly(AT_41);
              assertThat(found.unassignedSplits()).containsExactly(COMMITTED);
              assertThat(found.initialDiscoveryFinished()).isTrue();
            });
  }

  @Test
  void transactionsOfASink_areRead() throws IOException {
    assertThat(read(sink().getWriterStateSerializer(), WRITERS))
        .containsOnly(
            new KafkaWriterState(
                "lepcnn-results",
                1,
                2,
                TransactionOwnership.IMPLICIT_BY_SUBTASK_ID,
                List.of(new CheckpointTransaction("lepcnn-results-1-7", 7))));
    assertThat(read(sink().getCommittableSerializer(), COMMITTABLES))
        .containsOnly(new KafkaCommittable(9, (short) 5, "lepcnn-results-1-7", null));
  }
}
