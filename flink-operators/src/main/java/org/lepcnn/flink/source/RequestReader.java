/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.source;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.RecordTypes;
import org.lepcnn.kafka.consumer.PackedBatch;

/** Takes records as they are, so that none can fail the source. */
public final class RequestReader implements KafkaRecordDeserializationSchema<InboundRecord> {
  private static final long serialVersionUID = 1L;
  private static final byte[] NOTHING = new byte[0];

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<InboundRecord> out) {
    out.collect(
        new InboundRecord(
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestampType() == TimestampType.LOG_APPEND_TIME
                ? record.timestamp()
                : InboundRecord.UNDATED,
            record.value() == null ? NOTHING : record.value(),
            PackedBatch.of(record).map(PackedBatch::describe).orElse("")));
  }

  @Override
  public TypeInformation<InboundRecord> getProducedType() {
    return RecordTypes.INBOUND;
  }
}
