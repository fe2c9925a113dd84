/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CorruptFileException;

/** Suites are told apart in files, in options and in every key. */
class CipherSuiteTest {
  private static final SecretKey ROOT = SecretKey.copyOf(new byte[SecretKey.BYTES]);

  /** Part of the formats of grants, states, owner files and tables. */
  @Test
  void numbers_stayAsTheyAre() {
    assertThat(number(CipherSuite.AES)).isEqualTo(new byte[] {0, 0, 0, 0});
    assertThat(number(CipherSuite.CHACHA)).isEqualTo(new byte[] {0, 0, 0, 1});
    for (CipherSuite suite : CipherSuite.values()) {
      assertThat(read(number(suite))).isEqualTo(suite);
    }
  }

  @Test
  void anotherNumber_isCorrupt() {
    for (byte[] number : new byte[][] {{0, 0, 0, 2}, {1, 0, 0, 0}, {-1, -1, -1, -1}}) {
      assertThatThrownBy(() -> read(number))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("which nobody knows");
    }
  }

  @Test
  void names_areThoseOfTheOption() {
    assertThat(CipherSuite.values())
        .extracting(CipherSuite::toString)
        .containsExactly("aes", "chacha");
  }

  @Test
  void chainsThatDifferInTheSuiteAlone_haveNoKeyInCommon() {
    byte[] salt = new byte[32];
    List<String> keys = new ArrayList<>();
    for (CipherSuite suite : CipherSuite.values()) {
      PassKey first = PassKey.of(ROOT.derive(suite.label("chain")), suite);
      for (PassKey key : List.of(first, first.next())) {
        keys.add(hex(key.copyBytes()));
        keys.add(hex(key.sealKey(salt).copyBytes()));
        for (ResidueField field : ResidueField.values()) {
          keys.add(hex(key.maskKey(field).copyBytes()));
          keys.add(hex(key.redrawKey(field).copyBytes()));
        }
      }
      GroupKey group = first.challengeKeyOfChain().groupKey(0);
      keys.add(hex(group.copyBytes()));
      keys.add(hex(group.sealKey(salt).copyBytes()));
      for (ResidueField field : ResidueField.values()) {
        keys.add(hex(group.challengeKey(field).copyBytes()));
        keys.add(hex(group.redrawKey(field).copyBytes()));
      }
    }
    assertThat(keys).hasSize(2 * (2 * 6 + 6)).doesNotHaveDuplicates();
  }

  /** The same bytes, too, lead to other keys of ciphers. */
  @Test
  void keysOfTheSameBytes_areNotThoseOfTheOtherSuite() {
    PassKey aes = PassKey.of(ROOT, CipherSuite.AES);
    PassKey chacha = PassKey.of(ROOT, CipherSuite.CHACHA);
    assertThat(aes).isNotEqualTo(chacha);
    assertThat(aes.next()).isNotEqualTo(chacha.next());
    assertThat(hex(aes.next().copyBytes())).isNotEqualTo(hex(chacha.next().copyBytes()));
    assertThat(aes.maskKey(ResidueField.P31)).isNotEqualTo(chacha.maskKey(ResidueField.P31));
    assertThat(aes.sealKey(new byte[32])).isNotEqualTo(chacha.sealKey(new byte[32]));
    ChallengeKey challenge = ChallengeKey.of(ROOT, CipherSuite.AES);
    ChallengeKey other = ChallengeKey.of(ROOT, CipherSuite.CHACHA);
    assertThat(challenge).isNotEqualTo(other);
    assertThat(challenge.groupKey(3))
        .isNotEqualTo(other.groupKey(3))
        .isEqualTo(challenge.groupKey(3));
    assertThat(challenge.groupKey(3).sealKey(new byte[32]))
        .isNotEqualTo(other.groupKey(3).sealKey(new byte[32]));
    assertThat(challenge.groupKey(3)).hasToString("GroupKey(32 bytes)");
  }

  private static byte[] number(CipherSuite suite) {
    BodyWriter body = new BodyWriter();
    SuiteNumber.write(body, suite);
    return body.toByteArray();
  }

  private static CipherSuite read(byte[] number) {
    return SuiteNumber.read(new BodyReader("test", ByteBuffer.wrap(number)));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
