/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.RecordedCounters;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.Rejection;

/** What an operator of the system sees of a refusal: a metric and a line in the rejects topic. */
class WritableAnswersTest {
  private static final Fingerprint MODEL = Fingerprint.combine(new byte[32], new byte[32]);

  @Test
  void everyRefusal_isCountedUnderItsCode_andTheSuspectedReuseOfAMaskIsALineInRejected() {
    RecordedCounters counters = new RecordedCounters();
    FakeTopics topics = FakeTopics.with(Requests.RESULTS, Topics.REJECTED);
    WritableAnswers answers = new WritableAnswers(topics.open(), new EdgeMetrics(counters));
    RequestHeader header = Requests.roundHeader("d", MODEL, Requests.INSTANCE, 7, 2);
    List<OutgoingRecord> records =
        answers.refuse(header, new Refusal(EdgeErrorCode.MASK_REUSE_SUSPECTED, "another request"));
    Rejection line =
        RecordCodec.REJECTIONS.decode(
            records.stream()
                .filter(record -> record.topic().equals(Topics.REJECTED))
                .findFirst()
                .orElseThrow()
                .value());
    assertThat(line.getCode()).isEqualTo("MASK_REUSE_SUSPECTED");
    assertThat(line.getDevice()).isEqualTo("d");
    assertThat(line.getPass()).isEqualTo(7);
    assertThat(counters.count("lepcnn.refused.MASK_REUSE_SUSPECTED.count")).isEqualTo(1);
    for (EdgeErrorCode code : EdgeErrorCode.values()) {
      assertThat(counters.all()).containsKey("lepcnn.refused." + code + ".count");
    }
  }
}
