/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.message.BinaryMessageEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.port.CallId;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.wire.EdgeReply;
import org.lepcnn.kafka.wire.LayerChunk;

class AnswerCodecTest {
  private static final AnswerCodec CODEC = AnswerCodec.current();
  private final Samples samples = new Samples(21);

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void layerRecords_areByteForByteWhatAvroWrites(ResidueField field) throws IOException {
    BinaryMessageEncoder<LayerChunk> avro =
        new BinaryMessageEncoder<>(WireModel.INSTANCE, LayerChunk.getClassSchema());
    for (int i = 0; i < 500; i++) {
      PassId pass = samples.pass();
      int round = samples.index();
      int layer = samples.index();
      int[] residues = samples.residues(field, 1 + samples.below(70));
      ByteBuffer payload = ByteBuffer.wrap(Samples.littleEndian(field, residues));
      LayerChunk record =
          new LayerChunk(
              pass.device(),
              WireIds.wire(pass.chain()),
              WireIds.wire(pass.model()),
              pass.pass(),
              round,
              layer,
              0,
              1,
              payload);
      byte[] ours = CODEC.encodeLayer(pass, round, layer, field, residues, residues.length).get(0);
      assertThat(ByteBuffer.wrap(ours)).isEqualTo(avro.encode(record));
    }
  }

  @ParameterizedTest
  @CsvSource({"P31, 1", "P31, 13", "P31, 4098", "P24, 1", "P24, 2", "P24, 3", "P24, 4096"})
  void layerOfAnySize_comesBackFromItsChunks(ResidueField field, int beyondTwoChunks) {
    PassId pass = samples.pass();
    int elements = 2 * ChunkLayout.MAX_CHUNK_ELEMENTS + beyondTwoChunks;
    int[] residues = samples.residues(field, elements + 3); // the rest does not travel
    List<byte[]> records = CODEC.encodeLayer(pass, 4, 9, field, residues, elements);
    int[] read = new int[elements];
    for (int i = 0; i < records.size(); i++) {
      LayerChunkView view = (LayerChunkView) CODEC.decode(records.get(i));
      assertThat(view.call()).isEqualTo(new CallId.OfRound(pass, 4));
      assertThat(List.of(view.layer(), view.chunk(), view.chunks())).containsExactly(9, i, 3);
      view.payload().copyResidues(field, read, ChunkLayout.firstElement(i));
    }
    assertThat(read).isEqualTo(Arrays.copyOf(residues, elements));
  }

  @ParameterizedTest
  @EnumSource(EdgeErrorCode.class)
  void refusals_comeBackAsTheyWere(EdgeErrorCode code) {
    EdgeReplyView reply = EdgeReplyView.refused(round(3), code, "Grüße: 漢字");
    assertThat(CODEC.decode(CODEC.encode(reply))).isEqualTo(reply);
  }

  @Test
  void acceptance_comesBackAsItWas() {
    PassClaim claim =
        new PassClaim("meter-1", samples.chain(), samples.model(), 4, 9, samples.instance());
    EdgeReplyView reply = EdgeReplyView.accepted(claim);
    EdgeReplyView read = (EdgeReplyView) CODEC.decode(CODEC.encode(reply));
    assertThat(read).isEqualTo(reply);
    assertThat(read.error()).isEmpty();
    assertThat(read.call()).isInstanceOf(CallId.OfClaim.class).isEqualTo(claim.id());
    assertThat(RecordCodec.REPLIES.decode(CODEC.encode(reply)).getRound()).isEqualTo(-1);
  }

  @Test
  void acceptanceOfARelease_comesBackAsItWas() {
    PassRelease release = samples.release();
    EdgeReplyView reply = EdgeReplyView.accepted(release);
    EdgeReplyView read = (EdgeReplyView) CODEC.decode(CODEC.encode(reply));
    assertThat(read).isEqualTo(reply);
    assertThat(read.call()).isInstanceOf(CallId.OfRelease.class).isEqualTo(release.id());
    assertThat(RecordCodec.REPLIES.decode(CODEC.encode(reply)).getRound()).isEqualTo(-2);
  }

  @Test
  void roundBelowMinus2_isRefused() {
    EdgeReply wire = wire("ACCEPTED");
    wire.setRound(-3);
    assertThatThrownBy(() -> CODEC.decode(RecordCodec.REPLIES.encode(wire)))
        .isInstanceOf(MalformedRecordException.class);
  }

  @Test
  void acceptanceOfARound_isRefused() {
    EdgeReply wire = wire("ACCEPTED");
    wire.setRound(0);
    assertThatThrownBy(() -> CODEC.decode(RecordCodec.REPLIES.encode(wire)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("for a claim or release only");
  }

  @Test
  void codeOfANewerRelease_isReadAsInternalAndNamed() {
    EdgeReplyView read = (EdgeReplyView) CODEC.decode(RecordCodec.REPLIES.encode(wire("TOO_NEW")));
    assertThat(read.error()).contains(EdgeErrorCode.INTERNAL);
    assertThat(read.message()).contains("TOO_NEW").contains("why");
  }

  @Test
  void messages_arePrintable_howeverTheyWereWritten() {
    EdgeReply wire = wire("INTERNAL");
    wire.setMessage("\u001b[2Jwhy\n");
    EdgeReplyView read = (EdgeReplyView) CODEC.decode(RecordCodec.REPLIES.encode(wire));
    assertThat(read.message()).isEqualTo("<U+001B>[2Jwhy<U+000A>");
  }

  @Test
  void longMessages_areCut() {
    EdgeReplyView reply =
        EdgeReplyView.refused(round(0), EdgeErrorCode.INTERNAL, "m".repeat(5_000));
    assertThat(reply.message()).hasSize(EdgeReplyView.MAX_MESSAGE);
  }

  @Test
  void recordsCutOffAnywhereOrTooLong_areRefused() {
    for (byte[] value : someRecords()) {
      for (int length = 0; length <= value.length + 1; length++) {
        if (length != value.length) {
          byte[] cut = Arrays.copyOf(value, length);
          assertThatThrownBy(() -> CODEC.decode(cut)).isInstanceOf(MalformedRecordException.class);
        }
      }
    }
  }

  @Test
  void anyChangedByte_givesARecordOrATypedError() {
    int refused = 0;
    for (byte[] value : someRecords()) {
      for (int at = 0; at < value.length; at++) {
        for (int bit = 0; bit < Byte.SIZE; bit++) {
          byte[] changed = value.clone();
          changed[at] ^= (byte) (1 << bit);
          refused += decodes(changed) ? 0 : 1;
        }
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  @Test
  void requestOnAResultsTopic_isRefused() {
    byte[] request =
        RequestCodec.current().encodeTensor(round(0), Samples.tensor(0, 1), new int[1], 1).get(0);
    assertThatThrownBy(() -> CODEC.decode(request))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("found a TensorChunk");
  }

  private List<byte[]> someRecords() {
    return List.of(
        CODEC.encodeLayer(samples.pass(), 1, 2, ResidueField.P31, samples.residues(8), 8).get(0),
        CODEC
            .encodeLayer(
                samples.pass(), 1, 2, ResidueField.P24, samples.residues(ResidueField.P24, 8), 8)
            .get(0),
        RecordCodec.REPLIES.encode(wire("STALE")));
  }

  private PassRound round(int round) {
    return new PassRound(samples.pass(), round, samples.instance());
  }

  private EdgeReply wire(String code) {
    return new EdgeReply(
        "meter-1",
        WireIds.wire(samples.chain()),
        WireIds.wire(samples.model()),
        6L,
        -1,
        WireIds.wire(new InstanceId(1, 2)),
        code,
        "why");
  }

  private static boolean decodes(byte[] value) {
    try {
      assertThat(CODEC.decode(value).call()).isNotNull();
      return true;
    } catch (MalformedRecordException expected) {
      return false;
    }
  }
}
