/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.consumer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.DefaultRecordBatch;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MutableRecordBatch;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.kafka.testkit.PackedRecord;

class PlainRecordsTest {
  private static final int ATTRIBUTES_OFFSET = 21;

  private static SimpleRecord record(String value) {
    return new SimpleRecord(7, "k".getBytes(US_ASCII), value.getBytes(US_ASCII));
  }

  private static MemoryRecords batch(long offset, CompressionType type, String... values) {
    SimpleRecord[] records = new SimpleRecord[values.length];
    for (int i = 0; i < values.length; i++) {
      records[i] = record(values[i]);
    }
    return MemoryRecords.withRecords(offset, Compression.of(type).build(), records);
  }

  private static MemoryRecords join(MemoryRecords... all) {
    int size = 0;
    for (MemoryRecords records : all) {
      size += records.sizeInBytes();
    }
    ByteBuffer joined = ByteBuffer.allocate(size);
    for (MemoryRecords records : all) {
      joined.put(records.buffer());
    }
    return MemoryRecords.readableRecords(joined.flip());
  }

  private static List<String> read(MemoryRecords records) {
    List<String> read = new ArrayList<>();
    for (Record record : records.records()) {
      read.add(record.offset() + " " + text(record));
    }
    return read;
  }

  private static String text(Record record) {
    Optional<PackedBatch> packed = packed(record);
    return packed.isPresent()
        ? "packed " + packed.get().compression() + " " + packed.get().records()
        : new String(Utils.toArray(record.value()), US_ASCII);
  }

  private static Optional<PackedBatch> packed(Record record) {
    return PackedBatch.of(
        new ConsumerRecord<>(
            "t",
            0,
            record.offset(),
            0,
            TimestampType.CREATE_TIME,
            0,
            0,
            record.key() == null ? null : Utils.toArray(record.key()),
            record.value() == null ? null : Utils.toArray(record.value()),
            new RecordHeaders(record.headers()),
            Optional.empty()));
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void compressedBatches_becomeMarkersAtTheirLastOffset(CompressionType type) {
    MemoryRecords mixed =
        join(
            batch(5, CompressionType.NONE, "a", "b"),
            batch(7, type, "c", "d", "e"),
            batch(10, CompressionType.NONE, "f"),
            batch(11, type, "g"));
    MemoryRecords plain = PlainRecords.of(mixed);
    assertThat(read(plain))
        .containsExactly(
            "5 a", "6 b", "9 packed " + type.id + " 3", "10 f", "11 packed " + type.id + " 1");
    for (MutableRecordBatch batch : plain.batches()) {
      batch.ensureValid();
      assertThat(batch.maxTimestamp()).isEqualTo(7);
      assertThat(batch.compressionType()).isEqualTo(CompressionType.NONE);
    }
  }

  @Test
  void plainRecords_areLeftAsTheyAre() {
    MemoryRecords plain = join(batch(0, CompressionType.NONE, "a"), batch(1, CompressionType.NONE));
    assertThat(PlainRecords.of(plain)).isSameAs(plain);
    assertThat(PlainRecords.of(MemoryRecords.EMPTY)).isSameAs(MemoryRecords.EMPTY);
  }

  @Test
  void whatIsNotUnpacked_canBeLargerThanMemory_orNothingThatUnpacks() {
    MemoryRecords huge = PackedRecord.zeros(CompressionType.ZSTD, 2_000_000_000).records();
    assertThat(read(PlainRecords.of(huge))).containsExactly("0 packed 4 1");
    MemoryRecords rubbish = batch(3, CompressionType.GZIP, "a");
    ByteBuffer bytes = rubbish.buffer();
    for (int i = DefaultRecordBatch.RECORD_BATCH_OVERHEAD; i < bytes.limit(); i++) {
      bytes.put(i, (byte) -1);
    }
    assertThat(read(PlainRecords.of(rubbish))).containsExactly("3 packed 1 1");
  }

  @Test
  void unknownCompression_andOldFormats_areSteppedOverToo() {
    MemoryRecords unknown = batch(3, CompressionType.NONE, "a");
    unknown.buffer().putShort(ATTRIBUTES_OFFSET, (short) 7);
    assertThat(read(PlainRecords.of(unknown))).containsExactly("3 packed -1 1");
    MemoryRecords old =
        MemoryRecords.withRecords(
            RecordBatch.MAGIC_VALUE_V1, 4, Compression.gzip().build(), record("a"), record("b"));
    assertThat(read(PlainRecords.of(old))).containsExactly("5 packed 1 -1");
  }

  @Test
  void damage_isLeftToTheConsumer_behindWhatIsWhole() {
    MemoryRecords damaged = batch(8, CompressionType.GZIP, "b");
    damaged.buffer().putInt(8, 1); // shorter than any record
    MemoryRecords plain = PlainRecords.of(join(batch(7, CompressionType.ZSTD, "a"), damaged));
    var batches = plain.batches().iterator();
    assertThat(batches.next().lastOffset()).isEqualTo(7);
    assertThatThrownBy(batches::hasNext).isInstanceOf(CorruptRecordException.class);
    MemoryRecords whole = batch(7, CompressionType.ZSTD, "a");
    MemoryRecords cut =
        MemoryRecords.readableRecords(whole.buffer().limit(whole.sizeInBytes() - 1));
    assertThat(PlainRecords.of(cut)).isSameAs(cut);
  }

  @Test
  void markers_sayWhatWasFound_andWhatToDo() {
    assertThat(new PackedBatch(4, 21453, 1).describe())
        .contains("1 record compressed with zstd", "21453 bytes", "compression.type to none");
    assertThat(new PackedBatch(9, 1, -1).describe()).contains("records compressed with an unknown");
  }
}
