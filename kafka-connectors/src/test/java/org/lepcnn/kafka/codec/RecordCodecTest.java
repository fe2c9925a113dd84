/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.ModelStatus;
import org.lepcnn.kafka.wire.Rejection;

class RecordCodecTest {
  private final Samples samples = new Samples(31);

  @Test
  void rejectionWithoutIds_comesBackAsItWas() {
    Rejection rejection =
        Rejections.of("lepcnn.requests.g", 3, 77, EdgeErrorCode.MALFORMED, "found 3 bytes");
    Rejection read = RecordCodec.REJECTIONS.decode(RecordCodec.REJECTIONS.encode(rejection));
    assertThat(read).isEqualTo(rejection);
    assertThat(read.getDevice()).isNull();
    assertThat(read.getCode()).isEqualTo("MALFORMED");
  }

  @Test
  void rejectionOfAClaim_carriesItsIds() {
    PassClaim claim =
        new PassClaim("meter-1", samples.chain(), samples.model(), 4, 9, samples.instance());
    Rejection rejection = Rejections.of("t", 0, 1, claim, EdgeErrorCode.STALE, "m".repeat(3_000));
    Rejection read = RecordCodec.REJECTIONS.decode(RecordCodec.REJECTIONS.encode(rejection));
    assertThat(read.getDevice()).isEqualTo("meter-1");
    assertThat(WireIds.chain(read.getChain())).isEqualTo(claim.chain());
    assertThat(WireIds.fingerprint(read.getModel())).isEqualTo(claim.model());
    assertThat(read.getPass()).isEqualTo(4);
    assertThat(read.getRound()).isEqualTo(-1);
    assertThat(read.getMessage()).hasSize(EdgeReplyView.MAX_MESSAGE);
  }

  @Test
  void controlRecords_comeBackAsTheyWere() {
    ModelRecord model = model();
    DeviceRecord device = device();
    assertThat(RecordCodec.MODELS.decode(RecordCodec.MODELS.encode(model))).isEqualTo(model);
    assertThat(RecordCodec.DEVICES.decode(RecordCodec.DEVICES.encode(device))).isEqualTo(device);
  }

  /** A device in the topic since before records could name chains. */
  @Test
  void deviceOfTheFirstVersion_isRead_andNamesNoChain() {
    byte[] first =
        HexFormat.of()
            .parseHex(
                "c301c5ca00d50886ceba0e6d657465722d3104677702" + "11".repeat(32) + "00780a02");
    DeviceRecord read = RecordCodec.DEVICES.decode(first);
    assertThat(read.getDevice()).isEqualTo("meter-1");
    assertThat(read.getModels()).hasSize(1);
    assertThat(read.getStatus()).isEqualTo(DeviceStatus.ENROLLED);
    assertThat(read.getChains()).isEmpty();
  }

  @Test
  void anotherKindOfRecord_isRefused() {
    byte[] model = RecordCodec.MODELS.encode(model());
    assertThatThrownBy(() -> RecordCodec.DEVICES.decode(model))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("expected a DeviceRecord; found a ModelRecord");
  }

  @Test
  void cutOffOrChangedRecords_giveARecordOrATypedError() {
    byte[] value = RecordCodec.DEVICES.encode(device());
    for (int length = 0; length < value.length; length++) {
      byte[] cut = Arrays.copyOf(value, length);
      assertThatThrownBy(() -> RecordCodec.DEVICES.decode(cut))
          .isInstanceOf(MalformedRecordException.class);
    }
    int refused = 0;
    for (int at = 0; at < value.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] changed = value.clone();
        changed[at] ^= (byte) (1 << bit);
        refused += decodes(changed) ? 0 : 1;
      }
    }
    assertThat(refused).isGreaterThan(50);
  }

  @Test
  void hugeCountOfItems_isRefusedBeforeAnythingIsBuilt() {
    DeviceRecord device = device();
    device.setModels(List.of());
    byte[] value = RecordCodec.DEVICES.encode(device);
    int count = SingleObject.HEADER_BYTES + 1 + "meter-1".length() + 1 + "gw".length();
    assertThat(value[count]).isZero();
    byte[] huge = new byte[value.length + 9];
    System.arraycopy(value, 0, huge, 0, count);
    Arrays.fill(huge, count, count + 9, (byte) 0xFE);
    huge[count + 9] = 1;
    System.arraycopy(value, count + 1, huge, count + 10, value.length - count - 1);
    assertThatThrownBy(() -> RecordCodec.DEVICES.decode(huge))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("models")
        .hasMessageContaining("items");
  }

  private ModelRecord model() {
    return new ModelRecord(
        WireIds.wire(samples.model()),
        "digits",
        "s3://bucket/digits.edge",
        WireIds.wire(samples.model()),
        ModelStatus.AVAILABLE,
        1_700_000_000_000L);
  }

  private DeviceRecord device() {
    return new DeviceRecord(
        "meter-1",
        "gw",
        List.of(WireIds.wire(samples.model()), WireIds.wire(samples.model())),
        60L,
        1L << 20,
        DeviceStatus.REVOKED,
        List.of(WireIds.wire(samples.chain())));
  }

  private static boolean decodes(byte[] value) {
    try {
      assertThat(RecordCodec.DEVICES.decode(value)).isNotNull();
      return true;
    } catch (MalformedRecordException expected) {
      return false;
    }
  }
}
