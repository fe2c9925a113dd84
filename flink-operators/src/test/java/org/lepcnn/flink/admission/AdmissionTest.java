/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.flink.admission.Admission.Admitted;
import org.lepcnn.flink.admission.Admission.Refused;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.quota.QuotaSettings;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.testkit.FakeControl;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;

class AdmissionTest {
  private static final long EXPIRES = 60_000;

  @TempDir private static Path folder;
  private static TestModel model;

  private FakeControl enrolled;
  private EdgeControl control;
  private Admission admission;

  @BeforeAll
  static void loadModel() {
    model = TestModel.write(folder.resolve("bundle")).load();
  }

  @AfterAll
  static void releaseModel() {
    model.close();
  }

  @BeforeEach
  void open() {
    enrolled = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
    enrolled.enrol("d", "gw", List.of(model.bundle().fingerprint()), 1, 0);
    control = enrolled.open(ModelWarmUp.NONE);
    admission = new Admission(control);
  }

  @AfterEach
  void close() {
    control.close();
  }

  private RequestHeader round() {
    PassId pass = new PassId("d", Requests.CHAIN, model.bundle().fingerprint(), 4);
    PassRound round = new PassRound(pass, 0, Requests.INSTANCE);
    return new RequestHeader(Requests.TOPIC, 0, 0, round, EXPIRES);
  }

  private Refusal refusalAt(long nowMillis) {
    return ((Refused) admission.admit(round(), nowMillis)).refusal();
  }

  @Test
  void aRound_livesUntilItsLastMillisecond_andTheRefusalSaysHowLateItIs() {
    assertThat(admission.admit(round(), EXPIRES)).isInstanceOf(Admitted.class);
    assertThat(refusalAt(EXPIRES + 7).code()).isEqualTo(EdgeErrorCode.EXPIRED);
    assertThat(refusalAt(EXPIRES + 7).detail()).contains(" 7 ms");
  }

  /** Everything else about it is in order: revocation alone decides. */
  @Test
  void aRevokedDevice_isRefused_thoughGatewayAndModelAreRight() {
    enrolled.revoke("d");
    assertThat(refusalAt(0).code()).isEqualTo(EdgeErrorCode.NOT_AUTHORISED);
    assertThat(refusalAt(0).detail()).contains("revoked");
  }

  @Test
  void aDeviceDeepInDebt_mayNotGoOn_anotherMay() {
    Enrolment enrolment = control.enrolment("d");
    assertThat(admission.mayGoOn(round(), enrolment, 0)).isTrue();
    for (int record = 0; record < 100; record++) {
      admission.charge(round(), enrolment, 10, 0);
    }
    assertThat(admission.mayGoOn(round(), enrolment, 0)).isFalse();
  }
}
