/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.chunk.ChunkLayout;

/** Records of tensors and results in both fields: these bytes are the format. */
class FieldRecordsTest {
  private static final PassId PASS = new PassId("meter-1", new ChainId(1, 2), ones(), 5);
  private static final PassRound CALL = new PassRound(PASS, 3, new InstanceId(7, 8));

  /** Device, chain, model and pass. */
  private static final String IDS =
      "0e6d657465722d31" + "0000000000000001" + "0000000000000002" + "11".repeat(32) + "0a";

  /** Round, instance, tensor, chunk, chunks and lifetime. */
  private static final String TENSOR =
      "c30134625564d367ba55"
          + IDS
          + "06"
          + "0000000000000007"
          + "0000000000000008"
          + "040002c0a907";

  /** Round, layer, chunk and chunks. */
  private static final String LAYER = "c3010047b34859dc2f13" + IDS + "06" + "080002";

  private static final int[] WIDE = {0, 1, 0x010203, 0xfffffc, 0x7ffffffe};
  private static final String WIDE_BYTES = "28" + "0000000001000000030201" + "00fcffff00feffff7f";
  private static final int[] NARROW = {0, 1, 0x010203, 0xfffffc};
  private static final String NARROW_BYTES = "18" + "000000" + "010000" + "030201" + "fcffff";

  /** Written by a release that knew no other field. */
  @Test
  void recordsOf31Bits_areAsEver() {
    assertThat(tensor(ResidueField.P31, WIDE)).isEqualTo(TENSOR + WIDE_BYTES);
    assertThat(layer(ResidueField.P31, WIDE)).isEqualTo(LAYER + WIDE_BYTES);
  }

  @Test
  void recordsOf24Bits_haveThreeBytesAResidue() {
    assertThat(tensor(ResidueField.P24, NARROW)).isEqualTo(TENSOR + NARROW_BYTES);
    assertThat(layer(ResidueField.P24, NARROW)).isEqualTo(LAYER + NARROW_BYTES);
  }

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void tensorsOfAnySize_comeBack(ResidueField field) {
    Samples samples = new Samples(31);
    int full = ChunkLayout.MAX_CHUNK_ELEMENTS;
    int[] sizes = {1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 4_098, full - 1, full, full + 1, 2 * full + 3};
    for (int elements : sizes) {
      int[] residues = samples.residues(field, elements);
      residues[elements - 1] = field.modulus() - 1;
      int[] read = new int[elements];
      int bytes = 0;
      for (byte[] record : tensorRecords(field, residues)) {
        TensorChunkView chunk = (TensorChunkView) RequestCodec.current().decode(record);
        assertThat(chunk.payload().allCanonical(field)).isTrue();
        chunk.payload().copyResidues(field, read, ChunkLayout.firstElement(chunk.chunk()));
        bytes += chunk.payload().length();
      }
      assertThat(read).isEqualTo(residues);
      assertThat(bytes).isEqualTo(elements * field.wireBytes());
    }
  }

  private static String tensor(ResidueField field, int[] residues) {
    return HexFormat.of().formatHex(tensorRecords(field, residues).get(0));
  }

  private static List<byte[]> tensorRecords(ResidueField field, int[] residues) {
    MaskedTensorSpec tensor = new MaskedTensorSpec(2, 3, residues.length, field);
    return RequestCodec.current().encodeTensor(CALL, tensor, residues, 60_000);
  }

  private static String layer(ResidueField field, int[] residues) {
    List<byte[]> records =
        AnswerCodec.current().encodeLayer(PASS, 3, 4, field, residues, residues.length);
    return HexFormat.of().formatHex(records.get(0));
  }

  private static Fingerprint ones() {
    byte[] bytes = new byte[Fingerprint.BYTES];
    Arrays.fill(bytes, (byte) 0x11);
    return Fingerprint.of(bytes);
  }
}
