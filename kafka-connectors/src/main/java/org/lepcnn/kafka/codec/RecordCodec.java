/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificRecord;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.EdgeReply;
import org.lepcnn.kafka.wire.LayerChunk;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.Rejection;
import org.lepcnn.kafka.wire.TensorChunk;

/**
 * A small record, as its generated class, to and from bytes. Immutable and thread-safe.
 *
 * @param <T> the generated class
 */
public final class RecordCodec<T extends SpecificRecord> {
  /** What the edge refused: values of {@code lepcnn.rejected}. */
  public static final RecordCodec<Rejection> REJECTIONS =
      new RecordCodec<>(Rejection.class, Rejection.getClassSchema(), KnownSchemas.current());

  /** Values of {@code lepcnn.models}. */
  public static final RecordCodec<ModelRecord> MODELS =
      new RecordCodec<>(ModelRecord.class, ModelRecord.getClassSchema(), KnownSchemas.current());

  /** Values of {@code lepcnn.devices}. */
  public static final RecordCodec<DeviceRecord> DEVICES =
      new RecordCodec<>(DeviceRecord.class, DeviceRecord.getClassSchema(), KnownSchemas.current());

  static final RecordCodec<EdgeReply> REPLIES =
      new RecordCodec<>(EdgeReply.class, EdgeReply.getClassSchema(), KnownSchemas.current());
  static final RecordCodec<TensorChunk> TENSOR_CHUNKS =
      new RecordCodec<>(TensorChunk.class, TensorChunk.getClassSchema(), KnownSchemas.current());
  static final RecordCodec<LayerChunk> LAYER_CHUNKS =
      new RecordCodec<>(LayerChunk.class, LayerChunk.getClassSchema(), KnownSchemas.current());

  private final Class<T> type;
  private final Schema schema;
  private final KnownSchemas schemas;
  private final BinaryMessageEncoder<T> encoder;

  private RecordCodec(Class<T> type, Schema schema, KnownSchemas schemas) {
    this.type = type;
    this.schema = schema;
    this.schemas = schemas;
    this.encoder = new BinaryMessageEncoder<>(WireModel.INSTANCE, schema);
  }

  /** The same codec reading what other releases wrote, too. */
  public RecordCodec<T> with(KnownSchemas more) {
    return new RecordCodec<>(type, schema, more);
  }

  /** Writes a record. */
  public byte[] encode(T value) {
    try {
      ByteBuffer bytes = encoder.encode(value);
      return Arrays.copyOfRange(
          bytes.array(),
          bytes.arrayOffset() + bytes.position(),
          bytes.arrayOffset() + bytes.limit());
    } catch (IOException e) {
      throw new UncheckedIOException("Encoding into memory cannot fail.", e);
    }
  }

  /**
   * Reads a record.
   *
   * @throws MalformedRecordException for anything else
   */
  public T decode(byte[] value) {
    ByteSlice record = ByteSlice.of(value);
    Schema writer = SingleObject.writerSchema(schemas, SingleObject.schemaFingerprint(record));
    if (!writer.getFullName().equals(schema.getFullName())) {
      throw SingleObject.unexpected("a " + schema.getName(), writer);
    }
    return SingleObject.decode(type, schema, writer, SingleObject.body(record));
  }
}
