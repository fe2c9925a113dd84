/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.testkit.SessionModel;

class MemoryChainTest {
  private final ModelBundle bundle = SessionModel.bundle(11);
  private final MemoryChain chain =
      new MemoryChain("meter-1", bundle.fingerprint(), bundle.device());

  @Test
  void passes_areHandedOutOnceEach_inOrder_underKeysThatFollowEachOther() {
    PassSupply.Reservation range = chain.reserve(2);
    assertThat(range.firstPass()).isZero();
    assertThat(range.lastPass()).isEqualTo(1);
    assertThat(range.remaining()).isEqualTo(2);
    PassSupply.Pass first = range.take();
    PassSupply.Pass second = range.take();
    assertThat(first.number()).isZero();
    assertThat(second.number()).isEqualTo(1);
    assertThat(range.remaining()).isZero();
    assertThatThrownBy(range::take).isInstanceOf(IllegalStateException.class);
    PassSupply.Reservation later = chain.reserve(3);
    assertThat(later.firstPass()).isEqualTo(2);
    assertThat(later.lastPass()).isEqualTo(4);
    assertThat(chain.nextPass()).isEqualTo(5);
    try (PassKey next = first.key().next();
        PassKey third = second.key().next()) {
      assertThat(second.key()).isEqualTo(next);
      assertThat(later.take().key()).isEqualTo(third);
    }
  }

  @Test
  void keyOfAPassThatEnded_isErased_howeverItEnded() {
    PassSupply.Reservation range = chain.reserve(2);
    PassSupply.Pass finished = range.take();
    PassSupply.Pass burned = range.take();
    finished.finish();
    burned.burn();
    assertErased(finished.key());
    assertErased(burned.key());
  }

  @Test
  void aClosedChain_hasNoKeyLeft() {
    chain.close();
    assertThatThrownBy(() -> chain.reserve(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> chain.groupKey(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void itsIdentity_isWhatItWasMadeOf_andANewChainAndNumberEveryTime() {
    assertThat(chain.device()).isEqualTo("meter-1");
    assertThat(chain.model()).isEqualTo(bundle.fingerprint());
    assertThat(chain.deviceHalf()).isSameAs(bundle.device());
    MemoryChain other = new MemoryChain("meter-1", bundle.fingerprint(), bundle.device());
    assertThat(chain.chain()).isNotNull().isNotEqualTo(other.chain());
    var former = chain.instance();
    chain.renewInstance();
    assertThat(chain.instance()).isNotNull().isNotEqualTo(former);
  }

  @Test
  void groupKeys_followFromTheFirstPassesKeyAndTheGroup() {
    try (GroupKey group = chain.groupKey(0);
        GroupKey again = chain.groupKey(0);
        GroupKey other = chain.groupKey(1);
        PassKey first = chain.reserve(1).take().key();
        var ofFirst = first.challengeKeyOfChain();
        GroupKey expected = ofFirst.groupKey(0)) {
      assertThat(group).isEqualTo(again).isNotEqualTo(other).isEqualTo(expected);
    }
  }

  @Test
  void integrityFailures_areCounted() {
    assertThat(chain.integrityFailures()).isZero();
    chain.recordIntegrityFailure();
    chain.recordIntegrityFailure();
    assertThat(chain.integrityFailures()).isEqualTo(2);
  }

  private static void assertErased(PassKey key) {
    assertThatThrownBy(() -> TestSecrets.bytes(key)).isInstanceOf(IllegalStateException.class);
  }
}
