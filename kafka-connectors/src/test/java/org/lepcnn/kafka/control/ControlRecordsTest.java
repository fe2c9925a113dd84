/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;
import org.lepcnn.kafka.wire.Id256;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.ModelStatus;

/** What is listed from the control topics can be shown, whoever wrote it. */
class ControlRecordsTest {
  private static final String HOSTILE = "\u001b]0;owned\u0007\r\nforged\u202e";
  private static final String ID = "00".repeat(32);

  @Test
  void namesOfModels_arePrintableAndBounded() {
    ModelRecord model = ControlRecords.model(key(ID), model(HOSTILE, "file:/a"));
    assertThat(model.getName()).isEqualTo("<U+001B>]0;owned<U+0007><U+000D><U+000A>forged<U+202E>");
    ModelRecord endless = ControlRecords.model(key(ID), model("n".repeat(70_000), "file:/a"));
    assertThat(endless.getName()).hasSizeLessThan(300);
  }

  @Test
  void addressesThatCannotBeShown_areRefused() {
    for (String address : List.of("file:/" + HOSTILE, "file:/" + "a".repeat(70_000))) {
      assertThatThrownBy(() -> ControlRecords.model(key(ID), model("name", address)))
          .isInstanceOf(BadInputException.class)
          .hasMessageNotContainingAny("\u001b", "\n")
          .message()
          .hasSizeLessThan(500);
    }
  }

  @Test
  void devicesAndGatewaysThatCannotBe_areRefused() {
    assertThat(ControlRecords.device(key("meter-1"), device("meter-1", "home")).getGateway())
        .isEqualTo("home");
    assertThatThrownBy(() -> ControlRecords.device(key(HOSTILE), device(HOSTILE, "home")))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> ControlRecords.device(key("meter-1"), device("meter-1", HOSTILE)))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void recordsUnderAnotherKey_areRefused_howeverLongItIs() {
    byte[] endless = key("k".repeat(70_000));
    assertThatThrownBy(() -> ControlRecords.device(endless, device("meter-1", "home")))
        .isInstanceOf(BadInputException.class)
        .message()
        .hasSizeLessThan(500);
    assertThatThrownBy(() -> ControlRecords.model(endless, model("name", "file:/a")))
        .isInstanceOf(BadInputException.class)
        .message()
        .hasSizeLessThan(500);
  }

  private static byte[] key(String key) {
    return key.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] model(String name, String address) {
    return RecordCodec.MODELS.encode(
        ModelRecord.newBuilder()
            .setModel(new Id256(new byte[32]))
            .setName(name)
            .setEdgeHalf(address)
            .setDeviceHash(new Id256(new byte[32]))
            .setStatus(ModelStatus.AVAILABLE)
            .setPublishedMillis(1)
            .build());
  }

  private static byte[] device(String device, String gateway) {
    return RecordCodec.DEVICES.encode(
        new DeviceRecord(device, gateway, List.of(), 0L, 0L, DeviceStatus.ENROLLED, List.of()));
  }
}
