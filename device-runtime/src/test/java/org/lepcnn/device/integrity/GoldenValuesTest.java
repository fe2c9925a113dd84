/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;

/**
 * Masks and challenges of fixed keys, pinned: tables and states of an earlier release must keep
 * their meaning, however the loops that make them are written.
 */
class GoldenValuesTest {
  private static final ConvGeometry CONV =
      new ConvGeometry(2, 3, 400, 1, ConvAxis.centred(60, 3), ConvAxis.centred(50, 3));

  @Test
  void masksOfAFixedPassKey_areThoseOfTheFirstRelease() {
    int[] mask = new int[100_003];
    try (SecretKey key = TestKeys.of(7);
        PassKey pass = PassKey.of(key, CipherSuite.AES);
        MaskGenerator masks = new MaskGenerator(pass, TestSecrets.ACCESS)) {
      masks.fill(3, ResidueField.P31, mask, mask.length);
    }
    assertThat(Arrays.copyOf(mask, 4))
        .containsExactly(844029965, 1473856467, 2137697938, 1868670842);
    assertThat(sha256(mask))
        .isEqualTo("6329628a59805829fd4444a632f5a6004bcfb75778bdad034cdecbc8bdbba0c8");
  }

  @Test
  void challengesOfAFixedGroupKey_areThoseOfTheFirstRelease() {
    Challenge challenge = Challenge.draw(TestKeys.group(8), 5, 1, ResidueField.P31, CONV);
    assertThat(sha256(challenge.a()))
        .isEqualTo("cf1d20dc851be4b4418df7bbefba1922ac60408c3e905ab9a09e75eca9fb1f4c");
    assertThat(sha256(challenge.b()))
        .isEqualTo("7cb8e4b8bbbc75d7449a0362de0d9ce2157f4efb821be299980b91b1609eca27");
  }

  @Test
  void challengeVectorOfAFixedChallenge_isThatOfTheFirstRelease() {
    byte[] weights = new byte[CONV.weightCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (byte) (i % 255 - 127);
    }
    Challenge challenge = Challenge.draw(TestKeys.group(8), 5, 1, ResidueField.P31, CONV);
    assertThat(
            sha256(
                ChallengeVectors.compute(
                    ResidueField.P31, CONV, LayerWeights.of(weights), challenge)))
        .isEqualTo("bb8771f6160596eded8cd7389c3ff86d25b9052e99c696710a415ce16d54bf35");
  }

  private static String sha256(int[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
