/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.wire.EdgeReply;
import org.lepcnn.kafka.wire.LayerChunk;
import org.lepcnn.kafka.wire.TensorChunk;

/** Records of releases whose schemas differ from this one's. */
class KnownSchemasTest {
  private final Samples samples = new Samples(51);
  private final PassId pass = samples.pass();

  @Test
  void everyCurrentSchema_isFoundByItsFingerprint() {
    Schema schema = TensorChunk.getClassSchema();
    assertThat(KnownSchemas.current().findByFingerprint(KnownSchemas.fingerprint(schema)))
        .isEqualTo(schema);
    assertThat(KnownSchemas.current().findByFingerprint(1)).isNull();
  }

  @Test
  void tensorOfANewerRelease_isReadOnceItsSchemaIsKnown() throws IOException {
    Schema newer = withPriority(TensorChunk.getClassSchema());
    int[] residues = samples.residues(10);
    byte[] today =
        RequestCodec.current()
            .encodeTensor(
                new PassRound(pass, 2, samples.instance()), Samples.tensor(1, 10), residues, 99)
            .get(0);
    byte[] value = rewrite(today, RecordCodec.TENSOR_CHUNKS.decode(today), newer);
    assertThatThrownBy(() -> RequestCodec.current().decode(value))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("schema");

    RequestCodec codec = new RequestCodec(KnownSchemas.current().with(List.of(newer)));
    TensorChunkView view = (TensorChunkView) codec.decode(value);
    assertThat(view.call().pass()).isEqualTo(pass);
    assertThat(view.lifetimeMillis()).isEqualTo(99);
    int[] read = new int[10];
    view.payload().copyResidues(ResidueField.P31, read, 0);
    assertThat(read).isEqualTo(residues);
    assertThat(view.record().toBytes()).isEqualTo(today);
  }

  @Test
  void answersOfANewerRelease_areReadOnceTheirSchemasAreKnown() throws IOException {
    Schema newerLayer = withPriority(LayerChunk.getClassSchema());
    Schema newerReply = withPriority(EdgeReply.getClassSchema());
    AnswerCodec codec =
        new AnswerCodec(KnownSchemas.current().with(List.of(newerLayer, newerReply)));
    byte[] layer =
        AnswerCodec.current().encodeLayer(pass, 0, 3, ResidueField.P31, new int[] {7}, 1).get(0);
    byte[] newLayer = rewrite(layer, RecordCodec.LAYER_CHUNKS.decode(layer), newerLayer);
    assertThat(((LayerChunkView) codec.decode(newLayer)).layer()).isEqualTo(3);

    EdgeReplyView accepted = EdgeReplyView.accepted(samples.release());
    byte[] reply = AnswerCodec.current().encode(accepted);
    byte[] newReply = rewrite(reply, RecordCodec.REPLIES.decode(reply), newerReply);
    assertThat(codec.decode(newReply)).isEqualTo(accepted);
  }

  @Test
  void schemaThatCannotBeResolved_isATypedError() throws IOException {
    Schema poor =
        SchemaBuilder.record("EdgeReply")
            .namespace("org.lepcnn.kafka.wire")
            .fields()
            .requiredString("device")
            .endRecord();
    GenericRecord record = new GenericData.Record(poor);
    record.put("device", "meter-1");
    byte[] value = bytes(new BinaryMessageEncoder<>(GenericData.get(), poor).encode(record));
    AnswerCodec codec = new AnswerCodec(KnownSchemas.current().with(List.of(poor)));
    assertThatThrownBy(() -> codec.decode(value)).isInstanceOf(MalformedRecordException.class);
  }

  /** What Avro throws unchecked, such as a class cast, is no way out. */
  @Test
  void valueOfAnotherClass_isATypedError() {
    byte[] value = RecordCodec.REPLIES.encode(reply());
    assertThatThrownBy(
            () ->
                SingleObject.decode(
                    LayerChunk.class,
                    EdgeReply.getClassSchema(),
                    EdgeReply.getClassSchema(),
                    SingleObject.body(ByteSlice.of(value))))
        .isInstanceOf(MalformedRecordException.class)
        .hasCauseInstanceOf(ClassCastException.class);
  }

  private EdgeReply reply() {
    return RecordCodec.REPLIES.decode(
        AnswerCodec.current().encode(EdgeReplyView.accepted(samples.release())));
  }

  /** The same record type with one more field, which stands first. */
  private static Schema withPriority(Schema schema) {
    List<Schema.Field> fields = new ArrayList<>();
    fields.add(new Schema.Field("priority", Schema.create(Schema.Type.INT), null, 5));
    for (Schema.Field field : schema.getFields()) {
      fields.add(new Schema.Field(field, field.schema()));
    }
    return Schema.createRecord(schema.getName(), null, schema.getNamespace(), false, fields);
  }

  private static byte[] rewrite(byte[] today, GenericRecord read, Schema newer) throws IOException {
    GenericRecord record = new GenericData.Record(newer);
    record.put("priority", 9);
    for (Schema.Field field : read.getSchema().getFields()) {
      record.put(field.name(), read.get(field.name()));
    }
    byte[] value = bytes(new BinaryMessageEncoder<>(GenericData.get(), newer).encode(record));
    assertThat(value).hasSize(today.length + 1);
    return value;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
