/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;

class PassKeyTest {
  private final PassKey first = PassKey.of(SecretKey.copyOf(new byte[32]), CipherSuite.AES);

  @Test
  void everythingThatFollowsFromAPassKey_differs() {
    byte[] salt = new byte[32];
    byte[] otherSalt = new byte[32];
    otherSalt[31] = 1;
    List<String> keys = new ArrayList<>();
    for (PassKey key : List.of(first, first.next(), first.advance(2))) {
      keys.add(hex(key.copyBytes()));
      keys.add(hex(key.maskKey(ResidueField.P31).copyBytes()));
      keys.add(hex(key.redrawKey(ResidueField.P31).copyBytes()));
      keys.add(hex(key.sealKey(salt).copyBytes()));
      keys.add(hex(key.sealKey(otherSalt).copyBytes()));
      ChallengeKey challenge = key.challengeKeyOfChain();
      keys.add(hex(challenge.copyBytes()));
      keys.add(hex(challenge.groupKey(0).copyBytes()));
      keys.add(hex(challenge.groupKey(1).copyBytes()));
      keys.add(hex(challenge.groupKey(0).sealKey(salt).copyBytes()));
    }
    assertThat(keys).doesNotHaveDuplicates();
  }

  @Test
  void advance_isThatManyTimesNext() {
    PassKey third = first.next().next().next();
    assertThat(first.advance(3)).isEqualTo(third);
    assertThat(first.advance(0)).isEqualTo(first);
    assertThatThrownBy(() -> first.advance(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** The derivation is part of the format of tables and states; it must not change unnoticed. */
  @Test
  void theRatchet_isHkdfWithALengthPrefixedLabel() {
    byte[] info = {0, 0, 0, 4, 'n', 'e', 'x', 't'};
    assertThat(first.next().copyBytes())
        .isEqualTo(Hkdf.derive(new byte[0], new byte[32], info, 32));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
