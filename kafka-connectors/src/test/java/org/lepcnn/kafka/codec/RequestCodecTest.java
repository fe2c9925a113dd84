/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.wire.ClaimRequest;
import org.lepcnn.kafka.wire.ReleaseRequest;
import org.lepcnn.kafka.wire.TensorChunk;

class RequestCodecTest {
  private static final RequestCodec CODEC = RequestCodec.current();

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void tensorRecords_areByteForByteWhatAvroWrites(ResidueField field) throws IOException {
    Samples samples = new Samples(1);
    BinaryMessageEncoder<TensorChunk> avro =
        new BinaryMessageEncoder<>(WireModel.INSTANCE, TensorChunk.getClassSchema());
    for (int i = 0; i < 500; i++) {
      PassId pass = samples.pass();
      InstanceId instance = samples.instance();
      int round = samples.index();
      int tensor = samples.index();
      int[] residues = samples.residues(field, 1 + samples.below(70));
      long lifetime = 1 + samples.number() / 2;
      PassRound call = new PassRound(pass, round, instance);
      MaskedTensorSpec spec = new MaskedTensorSpec(tensor, round, residues.length, field);
      byte[] ours = CODEC.encodeTensor(call, spec, residues, lifetime).get(0);
      TensorChunk record =
          new TensorChunk(
              pass.device(),
              WireIds.wire(pass.chain()),
              WireIds.wire(pass.model()),
              pass.pass(),
              round,
              WireIds.wire(instance),
              tensor,
              0,
              1,
              lifetime,
              littleEndian(field, residues));
      assertThat(ours).isEqualTo(bytes(avro.encode(record)));
    }
  }

  /** The producer reads a record until it is acknowledged, long after the next ones are written. */
  @Test
  void aRecord_staysAsItIs_whenOthersOfItsSizeAreWritten() {
    Samples samples = new Samples(8);
    PassRound call = new PassRound(samples.pass(), 0, samples.instance());
    MaskedTensorSpec tensor = Samples.tensor(0, 2);
    byte[] first = CODEC.encodeTensor(call, tensor, new int[] {1, 2}, 9).get(0);
    byte[] asWritten = first.clone();
    byte[] next = CODEC.encodeTensor(call, tensor, new int[] {3, 4}, 9).get(0);
    assertThat(next).hasSameSizeAs(first).isNotEqualTo(first);
    assertThat(first).isEqualTo(asWritten);
  }

  @Test
  void claimRecords_areByteForByteWhatAvroWrites() throws IOException {
    Samples samples = new Samples(2);
    BinaryMessageEncoder<ClaimRequest> avro =
        new BinaryMessageEncoder<>(WireModel.INSTANCE, ClaimRequest.getClassSchema());
    for (int i = 0; i < 500; i++) {
      PassClaim claim = claim(samples);
      long lifetime = 1 + samples.number() / 2;
      ClaimRequest record =
          new ClaimRequest(
              claim.device(),
              WireIds.wire(claim.chain()),
              WireIds.wire(claim.model()),
              claim.firstPass(),
              claim.lastPass(),
              WireIds.wire(claim.instance()),
              lifetime);
      assertThat(CODEC.encode(claim, lifetime)).isEqualTo(bytes(avro.encode(record)));
    }
  }

  @Test
  void releaseRecords_areByteForByteWhatAvroWrites() throws IOException {
    Samples samples = new Samples(3);
    BinaryMessageEncoder<ReleaseRequest> avro =
        new BinaryMessageEncoder<>(WireModel.INSTANCE, ReleaseRequest.getClassSchema());
    for (int i = 0; i < 500; i++) {
      PassRelease release = release(samples);
      long lifetime = 1 + samples.number() / 2;
      ReleaseRequest record =
          new ReleaseRequest(
              release.device(),
              WireIds.wire(release.chain()),
              WireIds.wire(release.model()),
              release.firstFree(),
              WireIds.wire(release.instance()),
              lifetime);
      assertThat(CODEC.encode(release, lifetime)).isEqualTo(bytes(avro.encode(record)));
    }
  }

  @Test
  void releases_comeBackAsTheyWere() {
    Samples samples = new Samples(6);
    for (int i = 0; i < 200; i++) {
      PassRelease release = release(samples);
      EdgeRequest read = CODEC.decode(CODEC.encode(release, 5));
      assertThat(read).isEqualTo(new AnnouncementView(release, 5));
    }
  }

  @Test
  void releaseOfANegativePass_orWithoutALifetime_isRefused() {
    byte[] value =
        CODEC.encode(
            new PassRelease("d", new Samples(1).chain(), model(), 0, new Samples(2).instance()), 1);
    for (int fromEnd : new int[] {1, 18}) {
      byte[] changed = value.clone();
      changed[changed.length - fromEnd] = 1; // -1 as a zigzag varint
      assertThatThrownBy(() -> CODEC.decode(changed)).isInstanceOf(MalformedRecordException.class);
    }
  }

  @Test
  void avrosOwnDecoder_readsTensorRecords() throws IOException {
    Samples samples = new Samples(3);
    PassId pass = samples.pass();
    int[] residues = samples.residues(300_000);
    PassRound call = new PassRound(pass, 3, samples.instance());
    List<byte[]> records = CODEC.encodeTensor(call, Samples.tensor(4, 300_000), residues, 9);
    BinaryMessageDecoder<GenericRecord> avro =
        new BinaryMessageDecoder<>(GenericData.get(), TensorChunk.getClassSchema());
    GenericRecord last = avro.decode(records.get(1));
    assertThat(last.get("device")).hasToString(pass.device());
    assertThat(last.get("pass")).isEqualTo(pass.pass());
    assertThat(last.get("chunk")).isEqualTo(1);
    assertThat(last.get("chunks")).isEqualTo(2);
    int from = ChunkLayout.MAX_CHUNK_ELEMENTS;
    assertThat(last.get("payload"))
        .isEqualTo(
            littleEndian(ResidueField.P31, Arrays.copyOfRange(residues, from, residues.length)));
  }

  @Test
  void decodedTensor_hasTheIdsAndSharesTheRecordsBytes() {
    Samples samples = new Samples(4);
    for (int i = 0; i < 200; i++) {
      PassId pass = samples.pass();
      InstanceId instance = samples.instance();
      int[] residues = samples.residues(1 + samples.below(50));
      int tensor = samples.index();
      PassRound call = new PassRound(pass, i, instance);
      byte[] value =
          CODEC.encodeTensor(call, Samples.tensor(tensor, residues.length), residues, 7).get(0);
      TensorChunkView view = (TensorChunkView) CODEC.decode(value);
      assertThat(view.call().pass()).isEqualTo(pass);
      assertThat(view.round()).isEqualTo(i);
      assertThat(view.call().instance()).isEqualTo(instance);
      assertThat(view.tensor()).isEqualTo(tensor);
      assertThat(view.lifetimeMillis()).isEqualTo(7);
      assertThat(view.payload().array()).isSameAs(value);
      assertThat(residues(view.payload())).isEqualTo(residues);
    }
  }

  @Test
  void slicesInsideALargerArray_areDecoded() {
    Samples samples = new Samples(5);
    int[] residues = samples.residues(9);
    PassRound call = new PassRound(samples.pass(), 0, samples.instance());
    byte[] value = CODEC.encodeTensor(call, Samples.tensor(0, 9), residues, 1).get(0);
    byte[] padded = new byte[value.length + 11];
    System.arraycopy(value, 0, padded, 5, value.length);
    TensorChunkView view = (TensorChunkView) CODEC.decode(new ByteSlice(padded, 5, value.length));
    assertThat(residues(view.payload())).isEqualTo(residues);
    assertThat(view.record().toBytes()).isEqualTo(value);
  }

  @Test
  void claims_comeBackAsTheyWere() {
    Samples samples = new Samples(6);
    for (int i = 0; i < 200; i++) {
      PassClaim claim = claim(samples);
      assertThat(CODEC.decode(CODEC.encode(claim, 5))).isEqualTo(new AnnouncementView(claim, 5));
    }
  }

  @Test
  void largestTensorWithWorstIds_staysBelowTheRecordLimit() {
    int elements = ConvGeometry.MAX_TENSOR_ELEMENTS;
    PassId worst = new PassId("d".repeat(128), new ChainId(-1, -1), model(), Long.MAX_VALUE);
    List<byte[]> records =
        CODEC.encodeTensor(
            new PassRound(worst, Integer.MAX_VALUE, new InstanceId(-1, -1)),
            Samples.tensor(Integer.MAX_VALUE, elements),
            new int[elements],
            Long.MAX_VALUE);
    assertThat(records).hasSize(ChunkLayout.MAX_CHUNKS);
    int keyAndFraming = 128 + 61 + 21;
    assertThat(records)
        .allSatisfy(
            value ->
                assertThat(value.length + keyAndFraming).isLessThan(ChunkLayout.MAX_RECORD_BYTES));
    long payload =
        records.stream()
            .mapToLong(value -> ((TensorChunkView) CODEC.decode(value)).payload().length())
            .sum();
    assertThat(payload).isEqualTo(64L << 20);
  }

  @Test
  void recordsCutOffAnywhere_areRefused() {
    for (byte[] value : someRecords()) {
      for (int length = 0; length < value.length; length++) {
        byte[] cut = Arrays.copyOf(value, length);
        assertThatThrownBy(() -> CODEC.decode(cut)).isInstanceOf(MalformedRecordException.class);
      }
    }
  }

  @Test
  void trailingBytes_areRefused() {
    for (byte[] value : someRecords()) {
      byte[] longer = Arrays.copyOf(value, value.length + 1);
      assertThatThrownBy(() -> CODEC.decode(longer))
          .isInstanceOf(MalformedRecordException.class)
          .hasMessageContaining("found 1 more bytes");
    }
  }

  @Test
  void anyChangedByte_givesARecordOrATypedError() {
    int refused = 0;
    for (byte[] value : someRecords()) {
      for (int at = 0; at < value.length; at++) {
        for (int change : new int[] {1, 0x40, 0x80, 0xFF}) {
          byte[] changed = value.clone();
          changed[at] ^= (byte) change;
          refused += decodes(changed) ? 0 : 1;
        }
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  @Test
  void randomBytesBehindARightHeader_giveARecordOrATypedError() {
    Samples samples = new Samples(8);
    int refused = 0;
    for (byte[] value : someRecords()) {
      for (int i = 0; i < 5_000; i++) {
        byte[] random = Arrays.copyOf(value, SingleObject.HEADER_BYTES + samples.below(300));
        for (int at = SingleObject.HEADER_BYTES; at < random.length; at++) {
          random[at] = (byte) samples.below(256);
        }
        refused += decodes(random) ? 0 : 1;
      }
    }
    assertThat(refused).isEqualTo(5_000 * someRecords().size());
  }

  @Test
  void hugeLengthOfText_isRefusedWithoutAllocating() {
    byte[] value = CODEC.encode(claim(new Samples(9)), 1);
    byte[] huge = Arrays.copyOf(value, 40);
    // length 2 Gi - 1 as a zigzag varint where the device id's length stands
    byte[] length = {(byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F};
    System.arraycopy(length, 0, huge, SingleObject.HEADER_BYTES, length.length);
    assertThatThrownBy(() -> CODEC.decode(huge))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("device")
        .hasMessageContaining("2147483647");
  }

  @Test
  void resultOnARequestsTopic_isRefused() {
    Samples samples = new Samples(10);
    byte[] result =
        AnswerCodec.current()
            .encodeLayer(samples.pass(), 0, 0, ResidueField.P31, new int[1], 1)
            .get(0);
    assertThatThrownBy(() -> CODEC.decode(result))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("found a LayerChunk");
  }

  @Test
  void unknownSchema_isRefusedWithItsFingerprint() {
    byte[] value = CODEC.encode(claim(new Samples(11)), 1);
    Arrays.fill(value, 2, SingleObject.HEADER_BYTES, (byte) 0xAB);
    assertThatThrownBy(() -> CODEC.decode(value))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("abababababababab");
  }

  private static boolean decodes(byte[] value) {
    try {
      assertThat(CODEC.decode(value).call().device()).isNotEmpty();
      return true;
    } catch (MalformedRecordException expected) {
      return false;
    }
  }

  private static List<byte[]> someRecords() {
    Samples samples = new Samples(7);
    List<byte[]> records = new ArrayList<>();
    records.add(CODEC.encode(claim(samples), 60_000));
    records.add(CODEC.encode(release(samples), 60_000));
    for (ResidueField field : ResidueField.values()) {
      records.addAll(
          CODEC.encodeTensor(
              new PassRound(samples.pass(), 2, samples.instance()),
              new MaskedTensorSpec(1, 2, 16, field),
              samples.residues(field, 16),
              60_000));
    }
    return records;
  }

  private static PassClaim claim(Samples samples) {
    long first = samples.number() / 2;
    return new PassClaim(
        samples.device(),
        samples.chain(),
        samples.model(),
        first,
        first + samples.index(),
        samples.instance());
  }

  private static PassRelease release(Samples samples) {
    return new PassRelease(
        samples.device(), samples.chain(), samples.model(), samples.number(), samples.instance());
  }

  private static Fingerprint model() {
    return new Samples(12).model();
  }

  private static int[] residues(ByteSlice payload) {
    int[] residues = new int[payload.residueCount(ResidueField.P31)];
    payload.copyResidues(ResidueField.P31, residues, 0);
    return residues;
  }

  private static ByteBuffer littleEndian(ResidueField field, int[] residues) {
    return ByteBuffer.wrap(Samples.littleEndian(field, residues));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
