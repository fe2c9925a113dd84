/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.testkit;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.DefaultRecordBatch;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * A compressed batch of one record of zeros: small on the wire, as large as one likes when it is
 * unpacked. It is made and sent in small memory, with nothing but the right to write the topic;
 * Kafka's own producer would need the record in memory twice.
 */
public final class PackedRecord {
  private static final short PRODUCE_VERSION = 12;
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int HEADROOM = 64;

  private final MemoryRecords records;

  private PackedRecord(MemoryRecords records) {
    this.records = records;
  }

  /**
   * Packs a record.
   *
   * @param valueBytes the length of its value, all zeros
   */
  public static PackedRecord zeros(CompressionType type, int valueBytes) {
    return zeros(type, new byte[0], valueBytes);
  }

  /**
   * Packs a record with a key, as compacted topics want it.
   *
   * @param key its key; an empty one is none
   * @param valueBytes the length of its value, all zeros
   */
  public static PackedRecord zeros(CompressionType type, byte[] key, int valueBytes) {
    ByteBufferOutputStream packed = new ByteBufferOutputStream(1 << 20);
    try (DataOutputStream out =
        new DataOutputStream(
            Compression.of(type).build().wrapForOutput(packed, RecordBatch.MAGIC_VALUE_V2))) {
      int keyLength = key.length == 0 ? -1 : key.length;
      int lengths = ByteUtils.sizeOfVarint(keyLength) + ByteUtils.sizeOfVarint(valueBytes);
      ByteUtils.writeVarint(3 + lengths + key.length + valueBytes + 1, out);
      out.write(new byte[3]); // attributes and deltas
      ByteUtils.writeVarint(keyLength, out);
      out.write(key);
      ByteUtils.writeVarint(valueBytes, out);
      byte[] zeros = new byte[1 << 16];
      for (int left = valueBytes; left > 0; left -= Math.min(left, zeros.length)) {
        out.write(zeros, 0, Math.min(left, zeros.length));
      }
      out.write(0); // no headers
    } catch (IOException e) {
      throw new UncheckedIOException("Packing a record failed.", e);
    }
    packed.buffer().flip();
    return new PackedRecord(batch(type, packed.buffer()));
  }

  /** The batch as a log holds it, at offset 0. */
  public MemoryRecords records() {
    return records;
  }

  /** What travels. */
  public int wireBytes() {
    return records.sizeInBytes();
  }

  /**
   * Sends it to a broker without TLS, and waits for the answer.
   *
   * @return what the broker said
   */
  public Errors send(String bootstrapServers, String topic, int partition) throws IOException {
    int colon = bootstrapServers.lastIndexOf(':');
    try (Socket socket =
        new Socket(
            bootstrapServers.substring(0, colon),
            Integer.parseInt(bootstrapServers.substring(colon + 1)))) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      RequestHeader header = new RequestHeader(ApiKeys.PRODUCE, PRODUCE_VERSION, "packed", 1);
      ByteBuffer request =
          ProduceRequest.builder(produce(topic, partition))
              .build(PRODUCE_VERSION)
              .serializeWithHeader(header);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(request.remaining());
      out.write(request.array(), request.arrayOffset() + request.position(), request.remaining());
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      ByteBuffer response = ByteBuffer.wrap(in.readNBytes(in.readInt()));
      return error(response, header);
    }
  }

  private ProduceRequestData produce(String topic, int partition) {
    ProduceRequestData data =
        new ProduceRequestData().setAcks((short) -1).setTimeoutMs(TIMEOUT_MILLIS);
    data.topicData()
        .add(
            new ProduceRequestData.TopicProduceData()
                .setName(topic)
                .setPartitionData(
                    List.of(
                        new ProduceRequestData.PartitionProduceData()
                            .setIndex(partition)
                            .setRecords(records))));
    return data;
  }

  private static Errors error(ByteBuffer response, RequestHeader header) {
    org.apache.kafka.common.requests.ResponseHeader.parse(
        response, ApiKeys.PRODUCE.responseHeaderVersion(header.apiVersion()));
    Iterator<Errors> errors =
        ProduceResponse.parse(new ByteBufferAccessor(response), header.apiVersion())
            .errorCounts()
            .keySet()
            .iterator();
    return errors.next();
  }

  private static MemoryRecords batch(CompressionType type, ByteBuffer body) {
    int size = DefaultRecordBatch.RECORD_BATCH_OVERHEAD + body.remaining();
    ByteBuffer batch = ByteBuffer.allocate(size + HEADROOM);
    batch.position(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
    batch.put(body);
    batch.flip();
    DefaultRecordBatch.writeHeader(
        batch,
        0,
        0,
        size,
        RecordBatch.MAGIC_VALUE_V2,
        type,
        TimestampType.CREATE_TIME,
        System.currentTimeMillis(),
        System.currentTimeMillis(),
        RecordBatch.NO_PRODUCER_ID,
        RecordBatch.NO_PRODUCER_EPOCH,
        RecordBatch.NO_SEQUENCE,
        false,
        false,
        false,
        RecordBatch.NO_PARTITION_LEADER_EPOCH,
        1);
    batch.position(0).limit(size);
    return MemoryRecords.readableRecords(batch.slice());
  }
}
