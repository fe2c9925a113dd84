/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.EdgeMetrics;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.Rejection;

/** What an operator of the system sees of a refusal: a metric and a line in the rejects topic. */
class OutboxMetricsTest {
  private static final Fingerprint MODEL = Fingerprint.combine(new byte[32], new byte[32]);

  /** Keeps the counters under their full names. */
  private static final class Recording extends UnregisteredMetricsGroup {
    private final Map<String, Counter> counters;
    private final String prefix;

    Recording(Map<String, Counter> counters, String prefix) {
      this.counters = counters;
      this.prefix = prefix;
    }

    @Override
    public Counter counter(String name) {
      Counter counter = super.counter(name);
      counters.put(prefix + name, counter);
      return counter;
    }

    @Override
    public MetricGroup addGroup(String name) {
      return new Recording(counters, prefix + name + ".");
    }

    @Override
    public MetricGroup addGroup(String key, String value) {
      return new Recording(counters, prefix + key + "." + value + ".");
    }
  }

  @Test
  void everyRefusal_isCountedUnderItsCode_andTheSuspectedReuseOfAMaskIsALineInRejected() {
    Map<String, Counter> counters = new TreeMap<>();
    FakeTopics topics = FakeTopics.with(Requests.RESULTS, Topics.REJECTED);
    Outbox outbox = new Outbox(topics.open(), new EdgeMetrics(new Recording(counters, "")));
    RequestHeader header = Requests.roundHeader("d", MODEL, Requests.INSTANCE, 7, 2);
    List<OutgoingRecord> records =
        outbox.refuse(header, EdgeErrorCode.MASK_REUSE_SUSPECTED, "another request");
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
    assertThat(counters.get("lepcnn.refused.MASK_REUSE_SUSPECTED.count").getCount()).isEqualTo(1);
    for (EdgeErrorCode code : EdgeErrorCode.values()) {
      assertThat(counters).containsKey("lepcnn.refused." + code + ".count");
    }
  }
}
