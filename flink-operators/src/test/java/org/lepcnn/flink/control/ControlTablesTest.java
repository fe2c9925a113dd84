/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.flink.quota.Allowed;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.ModelStatus;

class ControlTablesTest {
  private static final Fingerprint MODEL = Fingerprint.combine(new byte[32], new byte[32]);

  private final ControlTables tables = new ControlTables();

  static byte[] device(String id, String gateway, long requests, DeviceStatus status) {
    return RecordCodec.DEVICES.encode(
        new DeviceRecord(
            id, gateway, List.of(WireIds.wire(MODEL)), requests, 0L, status, List.of()));
  }

  private static byte[] model(ModelStatus status) {
    return RecordCodec.MODELS.encode(
        new ModelRecord(WireIds.wire(MODEL), "digits", "file:/x", WireIds.wire(MODEL), status, 1L));
  }

  static byte[] key(String key) {
    return key.getBytes(StandardCharsets.US_ASCII);
  }

  private void device(String id, byte[] value) {
    tables.apply(Topics.DEVICES, key(id), value);
  }

  @Test
  void lastRecord_counts() {
    device("d", device("d", "gw", 5, DeviceStatus.ENROLLED));
    assertThat(tables.device("d")).isEqualTo(new Enrolment("gw", List.of(MODEL), 5, 0, false));
    device("d", device("d", "gw2", 5, DeviceStatus.ENROLLED));
    assertThat(tables.device("d").speaksThrough("gw")).isFalse();
    device("d", device("d", "gw2", 5, DeviceStatus.REVOKED));
    assertThat(tables.device("d").revoked()).isTrue();
    device("d", device("d", "gw", 5, DeviceStatus.ENROLLED));
    assertThat(tables.device("d").revoked()).isFalse();
  }

  @Test
  void chainsThatAreNamed_areTheOnlyOnes_andNoneMeansAny() {
    device("d", device("d", "gw", 5, DeviceStatus.ENROLLED));
    assertThat(tables.device("d").chains()).isEqualTo(Allowed.all());
    ChainId one = new ChainId(1, 2);
    DeviceRecord record = RecordCodec.DEVICES.decode(device("d", "gw", 5, DeviceStatus.ENROLLED));
    record.setChains(List.of(WireIds.wire(one)));
    device("d", RecordCodec.DEVICES.encode(record));
    assertThat(tables.device("d").mayUse(one)).isTrue();
    assertThat(tables.device("d").mayUse(new ChainId(1, 3))).isFalse();
    record.setChains(Collections.nCopies(2_001, WireIds.wire(one)));
    assertThatThrownBy(() -> device("d", RecordCodec.DEVICES.encode(record)))
        .hasMessageContaining("2000 chains");
  }

  /** What an absent list could be taken for. */
  @Test
  void nothingIsOpen_becauseItIsAbsent() {
    Enrolment none = new Enrolment("gw", List.of(), 0, 0, false);
    assertThat(none.mayUse(MODEL)).isFalse();
    assertThatThrownBy(() -> new Enrolment("gw", null, 0, 0, false))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> new Enrolment("gw", Allowed.all(), null, 0, 0, false))
        .isInstanceOf(NullPointerException.class);
    assertThat(Enrolment.OPEN.mayUse(MODEL)).as("all, by name").isTrue();
  }

  @Test
  void statusOfALaterRelease_letsNobodyIn() {
    device("d", device("d", "gw", 5, DeviceStatus.UNKNOWN));
    assertThat(tables.device("d").revoked()).isTrue();
  }

  @Test
  void tombstone_removesADevice_butNoRevocation() {
    device("d", device("d", "gw", 5, DeviceStatus.ENROLLED));
    device("d", (byte[]) null);
    assertThat(tables.device("d")).isNull();
    device("d", device("d", "gw", 5, DeviceStatus.REVOKED));
    device("d", (byte[]) null);
    assertThat(tables.device("d").revoked()).isTrue();
  }

  @Test
  void devicesThatMayDoTheSame_shareTheirGrant() {
    device("a", device("a", "gw", 5, DeviceStatus.ENROLLED));
    device("b", device("b", "gw", 5, DeviceStatus.ENROLLED));
    assertThat(tables.device("a")).isSameAs(tables.device("b"));
  }

  @Test
  void models_arePublishedWithdrawnAndRemoved() {
    byte[] key = key(MODEL.toString());
    assertThat(tables.apply(Topics.MODELS, key, model(ModelStatus.AVAILABLE)).available()).isTrue();
    assertThat(tables.model(MODEL).available()).isTrue();
    assertThat(tables.apply(Topics.MODELS, key, model(ModelStatus.WITHDRAWN)).available())
        .isFalse();
    assertThat(tables.apply(Topics.MODELS, key, null).available()).isFalse();
    assertThat(tables.model(MODEL)).isNull();
    assertThat(tables.apply(Topics.MODELS, key, null)).isNull();
  }

  @Test
  void malformedRecords_areRefused_andChangeNothing() {
    device("d", device("d", "gw", 5, DeviceStatus.ENROLLED));
    List<Runnable> wrong =
        List.of(
            () -> tables.apply(Topics.DEVICES, null, new byte[1]),
            () -> device("d", new byte[] {1, 2, 3}),
            () -> device("d", new byte[0]),
            () -> device("d", device("e", "gw", 5, DeviceStatus.REVOKED)),
            () -> device("d", device("d", "not a gateway", 5, DeviceStatus.REVOKED)),
            () -> device("d", device("d", "*", 5, DeviceStatus.ENROLLED)),
            () -> device("d", device("d", "gw", -1, DeviceStatus.REVOKED)),
            () -> device("d", model(ModelStatus.AVAILABLE)),
            () -> device("\u0000", device("d", "gw", 5, DeviceStatus.REVOKED)),
            () -> tables.apply(Topics.MODELS, key("short"), model(ModelStatus.AVAILABLE)),
            () -> tables.apply(Topics.MODELS, key("00".repeat(32)), model(ModelStatus.AVAILABLE)));
    for (Runnable each : wrong) {
      assertThatThrownBy(each::run).isInstanceOf(BadInputException.class);
    }
    assertThat(tables.device("d").revoked()).isFalse();
    assertThat(tables.deviceCount()).isEqualTo(1);
    assertThat(tables.models()).isEmpty();
  }
}
