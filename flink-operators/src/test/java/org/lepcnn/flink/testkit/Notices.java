/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.testkit;

import java.util.List;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.RecordTypes;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.Rejection;

/** What an operator has put into its side output for replies and rejections so far. */
public final class Notices {
  public static final OutputTag<OutgoingRecord> NOTICES =
      new OutputTag<>("notices", RecordTypes.OUTGOING);

  private Notices() {}

  /** All, in order. */
  public static List<OutgoingRecord> notices(AbstractStreamOperatorTestHarness<?> harness) {
    var side = harness.getSideOutput(NOTICES);
    return side == null ? List.of() : side.stream().map(record -> record.getValue()).toList();
  }

  /** The replies; nothing else may be on a results topic. */
  public static List<EdgeReplyView> replies(AbstractStreamOperatorTestHarness<?> harness) {
    return notices(harness).stream()
        .filter(record -> record.topic().startsWith(Topics.RESULTS_PREFIX))
        .map(record -> (EdgeReplyView) AnswerCodec.current().decode(record.value()))
        .toList();
  }

  public static List<Rejection> rejections(AbstractStreamOperatorTestHarness<?> harness) {
    return notices(harness).stream()
        .filter(record -> record.topic().equals(Topics.REJECTED))
        .map(record -> RecordCodec.REJECTIONS.decode(record.value()))
        .toList();
  }
}
