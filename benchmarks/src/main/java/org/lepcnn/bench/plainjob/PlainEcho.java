/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import java.util.List;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;
import org.lepcnn.flink.record.OutgoingRecord;

/** Answers with zeros, as many records of as many values as the request asks for. */
final class PlainEcho implements FlatMapFunction<OutgoingRecord, OutgoingRecord> {
  private static final long serialVersionUID = 1L;

  @Override
  public void flatMap(OutgoingRecord request, Collector<OutgoingRecord> results) {
    PlainRecord record = PlainRecord.decode(request.value());
    for (int values : record.asked()) {
      byte[] answer = PlainRecord.blank(record.device(), record.call(), List.of(), values);
      results.collect(new OutgoingRecord(request.topic(), request.key(), answer));
    }
  }
}
