/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.junit.jupiter.api.Test;
import org.lepcnn.flink.record.OutgoingRecord;

class PlainEchoTest {
  @Test
  void request_isAnsweredWithTheRecordsItAsksFor() {
    List<OutgoingRecord> answers = echo(List.of(3, 1_000));

    assertThat(answers).allMatch(answer -> answer.topic().equals("results"));
    assertThat(answers).allMatch(answer -> answer.key().equals("meter-7"));
    List<PlainRecord> records =
        answers.stream().map(answer -> PlainRecord.decode(answer.value())).toList();
    assertThat(records).allMatch(record -> record.call() == 12 && record.asked().isEmpty());
    assertThat(records.stream().map(record -> record.values().remaining()))
        .containsExactly(3, 1_000);
  }

  @Test
  void requestThatAsksForNothing_getsNoAnswer() {
    assertThat(echo(List.of())).isEmpty();
  }

  private static List<OutgoingRecord> echo(List<Integer> asked) {
    byte[] request = PlainRecord.blank("meter-7", 12, asked, 5);
    List<OutgoingRecord> answers = new ArrayList<>();
    new PlainEcho()
        .flatMap(new OutgoingRecord("results", "meter-7", request), new ListCollector<>(answers));
    return answers;
  }
}
