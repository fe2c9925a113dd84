/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** The SHA-256 vectors of RFC 5869, appendix A. */
class HkdfTest {
  private static final HexFormat HEX = HexFormat.of();

  @Test
  void vectorA1_basic() {
    check(
        "0b".repeat(22),
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  }

  @Test
  void vectorA2_longInputs() {
    check(
        range(0x00, 0x4f),
        range(0x60, 0xaf),
        range(0xb0, 0xff),
        "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
            + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
            + "cc30c58179ec3e87c14c01d5c1f3434f1d87");
  }

  @Test
  void vectorA3_emptySaltAndInfo() {
    check(
        "0b".repeat(22),
        "",
        "",
        "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  }

  @Test
  void lengthsOutsideTheRfc_areRefused() {
    byte[] key = new byte[32];
    assertThat(Hkdf.expand(key, key, 255 * 32)).hasSize(255 * 32);
    assertThat(Hkdf.expand(key, key, 1)).hasSize(1);
    assertThatThrownBy(() -> Hkdf.expand(key, key, 255 * 32 + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Hkdf.expand(key, key, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void afterADerivation_noKeyStaysInTheThreadsCode() throws Exception {
    byte[] derived = Hkdf.derive(new byte[0], HEX.parseHex("0b".repeat(22)), new byte[0], 32);
    Field macs = Hkdf.class.getDeclaredField("MACS");
    macs.setAccessible(true);
    Mac left = (Mac) ((ThreadLocal<?>) macs.get(null)).get();
    Mac zeros = Mac.getInstance(left.getAlgorithm());
    zeros.init(new SecretKeySpec(new byte[Hkdf.HASH_BYTES], left.getAlgorithm()));
    assertThat(left.doFinal(derived)).isEqualTo(zeros.doFinal(derived));
  }

  private static void check(
      String inputKey, String salt, String info, String pseudorandomKey, String output) {
    byte[] prk = Hkdf.extract(HEX.parseHex(salt), HEX.parseHex(inputKey));
    assertThat(HEX.formatHex(prk)).isEqualTo(pseudorandomKey);
    byte[] okm =
        Hkdf.derive(
            HEX.parseHex(salt), HEX.parseHex(inputKey), HEX.parseHex(info), output.length() / 2);
    assertThat(HEX.formatHex(okm)).isEqualTo(output);
  }

  private static String range(int first, int last) {
    StringBuilder hex = new StringBuilder();
    for (int i = first; i <= last; i++) {
      hex.append(HEX.toHexDigits((byte) i));
    }
    return hex.toString();
  }
}
