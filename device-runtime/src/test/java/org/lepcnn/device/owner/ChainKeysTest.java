/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;

class ChainKeysTest {
  private final SecretKey first = SecretKey.random();
  private final PassKey start = PassKey.of(first, CipherSuite.AES);
  private final ChainKeys keys = new ChainKeys(start);

  @AfterEach
  void close() {
    keys.close();
    start.close();
    first.close();
  }

  @Test
  void passKeys_areThoseOfTheRatchet_inWhateverOrderTheyAreAskedFor() {
    for (long pass : new long[] {0, 5, 2, 7, 7}) {
      List<PassKey> found = keys.passKeys(pass, 2);
      assertThat(found).containsExactly(start.advance(pass), start.advance(pass + 1));
      found.forEach(PassKey::close);
    }
  }

  @Test
  void groupKeys_areThoseOfTheChain() {
    assertThat(keys.groupKey(3)).isEqualTo(start.challengeKeyOfChain().groupKey(3));
    assertThat(keys.groupKey(3)).isNotEqualTo(keys.groupKey(4));
  }

  @Test
  void erasedKeys_areOfNoUse() {
    keys.close();
    assertThatThrownBy(() -> keys.passKeys(0, 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> keys.groupKey(0)).isInstanceOf(IllegalStateException.class);
  }
}
