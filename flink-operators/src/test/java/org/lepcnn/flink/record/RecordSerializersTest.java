/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.kafka.chunk.ByteSlice;

class RecordSerializersTest {
  private static final int[] RESIDUES = {0, 1, 0x7ffffffe, 77};

  private static <T> T copied(TypeInformation<T> type, T record) throws IOException {
    TypeSerializer<T> serializer =
        type.createSerializer(new ExecutionConfig().getSerializerConfig());
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(record, out);
    DataOutputSerializer again = new DataOutputSerializer(64);
    serializer.copy(new DataInputDeserializer(out.getCopyOfBuffer()), again);
    assertThat(again.getCopyOfBuffer()).isEqualTo(out.getCopyOfBuffer());
    DataInputDeserializer in = new DataInputDeserializer(again.getCopyOfBuffer());
    T copy = serializer.deserialize(in);
    assertThat(in.available()).isZero();
    return copy;
  }

  private static AssembledRequest request() {
    Fingerprint model =
        Fingerprint.of(
            new byte[] {
              1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
              25, 26, 27, 28, 29, 30, 31, 32
            });
    return Requests.round(
        "device-1",
        model,
        Requests.INSTANCE,
        42,
        3,
        -5,
        List.of(new RoundRequest.Tensor(9, RESIDUES), new RoundRequest.Tensor(10, new int[] {5})));
  }

  @Test
  void inboundRecord_roundTrips() throws IOException {
    InboundRecord record = new InboundRecord("t", 3, 1L << 40, 99, new byte[] {1, 2, 3});
    InboundRecord copy = copied(RecordTypes.INBOUND, record);
    assertThat(copy).usingRecursiveComparison().isEqualTo(record);
    InboundRecord compressed = new InboundRecord("t", 3, 4, 99, new byte[0], "why");
    assertThat(copied(RecordTypes.INBOUND, compressed).compressed()).isEqualTo("why");
  }

  @Test
  void outgoingRecord_roundTrips() throws IOException {
    OutgoingRecord record = new OutgoingRecord("t", "d", new byte[] {1, 2, 3});
    assertThat(copied(RecordTypes.OUTGOING, record)).usingRecursiveComparison().isEqualTo(record);
  }

  @Test
  void assembledRequest_roundTrips_withoutTheBytesAroundItsSlices() throws IOException {
    AssembledRequest request = request();
    AssembledRequest copy = copied(RecordTypes.REQUEST, request);
    assertThat(copy.header()).isEqualTo(request.header());
    assertThat(copy.digest()).isEqualTo(-5);
    assertThat(copy.tensors()).hasSize(2);
    assertThat(copy.tensors().get(0).id()).isEqualTo(9);
    assertThat(copy.tensors().get(0).toResidues(ResidueField.P31)).isEqualTo(RESIDUES);
    assertThat(copy.tensors().get(1).toResidues(ResidueField.P31)).containsExactly(5);
    assertThat(copy.tensors().get(0).slices().get(0).array()).hasSize(16);
    assertThat(copy.payloadBytes()).isEqualTo(20);
  }

  @Test
  void tensorOfSeveralSlices_isReadInOrder() {
    ByteSlice first = new ByteSlice(new byte[] {9, 1, 0, 0, 0, 2, 0, 0, 0}, 1, 8);
    ByteSlice second = ByteSlice.of(new byte[] {3, 0, 0, 0});
    assertThat(new TensorPayload(0, 3, List.of(first, second)).toResidues(ResidueField.P31))
        .containsExactly(1, 2, 3);
  }

  @Test
  void types_areImmutable_soThatChainingNeverCopies() {
    for (TypeInformation<?> type :
        List.of(RecordTypes.INBOUND, RecordTypes.REQUEST, RecordTypes.OUTGOING)) {
      assertThat(
              type.createSerializer(new ExecutionConfig().getSerializerConfig()).isImmutableType())
          .isTrue();
    }
    AssembledRequest request = request();
    assertThat(AssembledRequestSerializer.INSTANCE.copy(request)).isSameAs(request);
  }

  @Test
  void types_surviveJavaSerialization() throws Exception {
    for (TypeInformation<?> type :
        List.of(RecordTypes.INBOUND, RecordTypes.REQUEST, RecordTypes.OUTGOING)) {
      assertThat(InstantiationUtil.clone(type)).isEqualTo(type);
      assertThat(InstantiationUtil.clone(type).hashCode()).isEqualTo(type.hashCode());
    }
    assertThat(RecordTypes.INBOUND).isNotEqualTo(RecordTypes.OUTGOING);
  }

  @Test
  void snapshots_areCompatibleWithThemselves() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    AssembledRequestSerializer serializer = AssembledRequestSerializer.INSTANCE;
    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());
    TypeSerializerSnapshot<AssembledRequest> old =
        TypeSerializerSnapshot.readVersionedSnapshot(
            new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());
    assertThat(
            serializer.snapshotConfiguration().resolveSchemaCompatibility(old).isCompatibleAsIs())
        .isTrue();
  }

  @Test
  void text_holdsNoContents() {
    assertThat(new InboundRecord("t", 1, 2, 3, new byte[] {55}).toString())
        .isEqualTo("t-1@2 (1 bytes)");
    assertThat(new OutgoingRecord("t", "d", new byte[] {55}).toString()).isEqualTo("t/d (1 bytes)");
    assertThat(request().toString()).doesNotContain("2147483646");
  }
}
