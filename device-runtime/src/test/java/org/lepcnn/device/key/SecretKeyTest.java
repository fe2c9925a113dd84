/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;

class SecretKeyTest {
  private static final byte[] BYTES = HexFormat.of().parseHex("a7".repeat(32));

  @Test
  void bytesAreCopiedInAndOut() {
    byte[] given = BYTES.clone();
    SecretKey key = SecretKey.copyOf(given);
    Arrays.fill(given, (byte) 0);
    key.copyBytes()[0] = 0;
    assertThat(key.copyBytes()).isEqualTo(BYTES);
  }

  @Test
  void otherLengths_areRefused() {
    assertThatThrownBy(() -> SecretKey.copyOf(new byte[31])).isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> SecretKey.copyOf(new byte[33])).isInstanceOf(BadInputException.class);
  }

  @Test
  void labelsAndContexts_cannotRunIntoEachOther() {
    SecretKey key = SecretKey.copyOf(BYTES);
    byte[] a = {'a'};
    byte[] ab = {'a', 'b'};
    byte[] b = {'b'};
    byte[] none = {};
    assertThat(
            Arrays.asList(
                hex(key.derive("xa")),
                hex(key.derive("x", a)),
                hex(key.derive("x", ab)),
                hex(key.derive("x", a, b)),
                hex(key.derive("x", b, a)),
                hex(key.derive("x", none, ab)),
                hex(key.derive("x")),
                hex(key.derive("x", none))))
        .doesNotHaveDuplicates()
        .doesNotContain(hex(key));
  }

  @Test
  void equality_isByContent() {
    assertThat(SecretKey.copyOf(BYTES)).isEqualTo(SecretKey.copyOf(BYTES));
    assertThat(SecretKey.random()).isNotEqualTo(SecretKey.random());
  }

  @Test
  void text_showsNothing() {
    SecretKey key = SecretKey.copyOf(BYTES);
    PassKey pass = PassKey.of(key);
    assertThat(key + " " + pass + " " + pass.challengeKeyOfChain())
        .doesNotContainIgnoringCase("a7")
        .doesNotContain("-89")
        .isEqualTo("SecretKey(32 bytes) PassKey(32 bytes) ChallengeKey(32 bytes)");
    key.close();
    assertThat(key).hasToString("SecretKey(erased)");
  }

  @Test
  void hashCodes_sayNothingAboutAKey_andArePlacesInTheSameTable() {
    SecretKey one = SecretKey.copyOf(BYTES);
    SecretKey other = SecretKey.copyOf(new byte[32]);
    assertThat(one.hashCode()).isEqualTo(other.hashCode()).isNotZero();
    assertThat(PassKey.of(one).hashCode()).isEqualTo(PassKey.of(other).hashCode()).isNotZero();
    assertThat(ChallengeKey.of(one).hashCode())
        .isEqualTo(ChallengeKey.of(other).hashCode())
        .isNotZero();
  }

  @Test
  void aClosedChallengeKey_refusesUse() {
    ChallengeKey key = ChallengeKey.of(SecretKey.copyOf(BYTES));
    key.close();
    assertThatThrownBy(() -> key.groupKey(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aClosedKey_isErasedAndRefusesUse() {
    SecretKey key = SecretKey.copyOf(BYTES);
    PassKey pass = PassKey.of(key);
    key.close();
    assertThatThrownBy(() -> key.derive("x")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(key::copyBytes).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(key::toAesKey).isInstanceOf(IllegalStateException.class);
    assertThat(pass.copyBytes()).as("a pass key has its own copy").isEqualTo(BYTES);
  }

  private static String hex(SecretKey key) {
    return HexFormat.of().formatHex(key.copyBytes());
  }
}
