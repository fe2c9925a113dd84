/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
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
  void equality_isByContent_andByKind() {
    SecretKey one = SecretKey.copyOf(BYTES);
    SecretKey same = SecretKey.copyOf(BYTES);
    SecretKey other = SecretKey.random();
    assertThat(one).isEqualTo(same).isNotEqualTo(other);
    assertThat(SecretKey.random()).isNotEqualTo(SecretKey.random());
    assertThat(PassKey.of(one, CipherSuite.AES))
        .isEqualTo(PassKey.of(same, CipherSuite.AES))
        .isNotEqualTo(PassKey.of(other, CipherSuite.AES));
    assertThat(ChallengeKey.of(one, CipherSuite.AES))
        .isEqualTo(ChallengeKey.of(same, CipherSuite.AES))
        .isNotEqualTo(ChallengeKey.of(other, CipherSuite.AES));
    assertThat(PassKey.of(one, CipherSuite.AES))
        .isNotEqualTo(ChallengeKey.of(one, CipherSuite.AES));
    assertThat(ChallengeKey.of(one, CipherSuite.AES))
        .isNotEqualTo(PassKey.of(one, CipherSuite.AES));
  }

  @Test
  void copies_outliveTheirOriginals() {
    SecretKey key = SecretKey.copyOf(BYTES);
    PassKey pass = PassKey.of(key, CipherSuite.AES);
    ChallengeKey challenge = ChallengeKey.of(key, CipherSuite.AES);
    SecretKey copy = key.copy();
    PassKey passCopy = pass.copy();
    ChallengeKey challengeCopy = challenge.copy();
    key.close();
    pass.close();
    challenge.close();
    assertThat(copy.copyBytes()).isEqualTo(BYTES);
    assertThat(passCopy.copyBytes()).isEqualTo(BYTES);
    assertThat(challengeCopy.copyBytes()).isEqualTo(BYTES);
  }

  @Test
  void text_showsNothing() {
    SecretKey key = SecretKey.copyOf(BYTES);
    PassKey pass = PassKey.of(key, CipherSuite.AES);
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
    assertThat(PassKey.of(one, CipherSuite.AES).hashCode())
        .isEqualTo(PassKey.of(other, CipherSuite.AES).hashCode())
        .isNotZero();
    assertThat(ChallengeKey.of(one, CipherSuite.AES).hashCode())
        .isEqualTo(ChallengeKey.of(other, CipherSuite.AES).hashCode())
        .isNotZero();
  }

  @Test
  void aClosedChallengeKey_refusesUse() {
    ChallengeKey key = ChallengeKey.of(SecretKey.copyOf(BYTES), CipherSuite.AES);
    key.close();
    assertThatThrownBy(() -> key.groupKey(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aClosedPassKey_refusesUse() {
    PassKey key = PassKey.of(SecretKey.copyOf(BYTES), CipherSuite.AES);
    key.close();
    assertThatThrownBy(key::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closing_overwritesTheBytesInMemory() throws ReflectiveOperationException {
    SecretKey key = SecretKey.copyOf(BYTES);
    Field value = SecretKey.class.getDeclaredField("value");
    value.setAccessible(true);
    assertThat((byte[]) value.get(key)).isEqualTo(BYTES);
    key.close();
    assertThat((byte[]) value.get(key)).containsOnly(0);
  }

  @Test
  void aClosedKey_isErasedAndRefusesUse() {
    SecretKey key = SecretKey.copyOf(BYTES);
    PassKey pass = PassKey.of(key, CipherSuite.AES);
    key.close();
    assertThatThrownBy(() -> key.derive("x")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(key::copyBytes).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> key.toCipherKey(CipherSuite.AES))
        .isInstanceOf(IllegalStateException.class);
    assertThat(pass.copyBytes()).as("a pass key has its own copy").isEqualTo(BYTES);
  }

  private static String hex(SecretKey key) {
    return HexFormat.of().formatHex(key.copyBytes());
  }
}
