/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.flink.quota.Allowed;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.testkit.Requests;

class ExcludedChainsTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final Fingerprint OTHER_MODEL = Fingerprint.combine(new byte[1], new byte[1]);

  private final ChainGuard chain =
      ChainGuard.claimed(
          Requests.claimCall("d", new ChainId(0, 1), MODEL, Requests.INSTANCE, 0, 9));

  private static Enrolment enrolment(Allowed<Fingerprint> models, Allowed<ChainId> chains) {
    return new Enrolment("gw", models, chains, 0, 0, false);
  }

  @Test
  void withoutAnEnrolment_nothingIsExcluded() {
    assertThat(ExcludedChains.NONE.include(chain)).isFalse();
  }

  @Test
  void anEnrolmentThatNamesTheChain_orAll_keepsIt() {
    Enrolment named =
        enrolment(Allowed.only(List.of(MODEL)), Allowed.only(List.of(new ChainId(0, 1))));
    assertThat(ExcludedChains.by(named).include(chain)).isFalse();
    assertThat(ExcludedChains.by(Enrolment.OPEN).include(chain)).isFalse();
  }

  @Test
  void anEnrolmentThatNamesAnotherChain_orAnotherModel_excludesIt() {
    Enrolment otherChain = enrolment(Allowed.all(), Allowed.only(List.of(new ChainId(0, 2))));
    Enrolment otherModel = enrolment(Allowed.only(List.of(OTHER_MODEL)), Allowed.all());
    assertThat(ExcludedChains.by(otherChain).include(chain)).isTrue();
    assertThat(ExcludedChains.by(otherModel).include(chain)).isTrue();
  }
}
