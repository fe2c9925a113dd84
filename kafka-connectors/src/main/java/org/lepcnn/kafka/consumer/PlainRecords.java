/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.consumer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.RecordBatch;

/** Puts markers in the place of compressed batches, from the batches' headers alone. */
final class PlainRecords {
  private PlainRecords() {}

  /** Replaces the compressed batches of a response. */
  static void keep(FetchResponseData response) {
    for (FetchResponseData.FetchableTopicResponse topic : response.responses()) {
      for (FetchResponseData.PartitionData partition : topic.partitions()) {
        if (partition.records() != null) {
          partition.setRecords(of((MemoryRecords) partition.records()));
        }
      }
    }
  }

  /**
   * The same records with a marker for every compressed batch; the argument itself when there is
   * none. What follows a damaged batch stays as it is: a consumer cannot get past the damage.
   */
  static MemoryRecords of(MemoryRecords records) {
    ByteBuffer source = records.buffer();
    int end = source.limit();
    List<ByteBuffer> parts = new ArrayList<>();
    int kept = source.position();
    int at = kept;
    try {
      for (RecordBatch batch : records.batches()) {
        int next = at + batch.sizeInBytes();
        if (PackedBatch.isPacked(batch)) {
          parts.add(source.slice(kept, at - kept));
          parts.add(PackedBatch.marker(batch).buffer());
          kept = next;
        }
        at = next;
      }
    } catch (CorruptRecordException e) {
      // the consumer says so when it comes here
    }
    if (parts.isEmpty()) {
      return records;
    }
    parts.add(source.slice(kept, end - kept));
    return MemoryRecords.readableRecords(join(parts));
  }

  private static ByteBuffer join(List<ByteBuffer> parts) {
    ByteBuffer joined = ByteBuffer.allocate(parts.stream().mapToInt(ByteBuffer::remaining).sum());
    parts.forEach(joined::put);
    return joined.flip();
  }
}
