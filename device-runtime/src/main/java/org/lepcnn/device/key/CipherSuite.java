/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyReader;

/**
 * The ciphers of a chain: what its masks are drawn from and what its tables are sealed with. The
 * owner chooses a suite when a device is provisioned, and a chain keeps it for ever.
 *
 * <p>Every key of a chain is derived under labels of its suite ({@link #label}), so that no key is
 * ever used with the ciphers of two.
 */
@PublicApi
public enum CipherSuite {
  /** Masks by AES-256 in counter mode, tables under AES-256-GCM: where the processor has AES. */
  AES("aes", "AES", ""),

  /** Masks by ChaCha20, tables under ChaCha20-Poly1305: where it has not. */
  CHACHA("chacha", "ChaCha20", " chacha20");

  private final String word;
  private final String algorithm;
  private final String labelEnd;

  CipherSuite(String word, String algorithm, String labelEnd) {
    this.word = word;
    this.algorithm = algorithm;
    this.labelEnd = labelEnd;
  }

  /** What people and files for people call it. */
  public String word() {
    return word;
  }

  /** What files call it; the order above is the format's. */
  public int number() {
    return ordinal();
  }

  /** All words, for help texts. */
  public static String words() {
    return Arrays.stream(values()).map(CipherSuite::word).collect(Collectors.joining(" or "));
  }

  /**
   * The suite with that word.
   *
   * @throws BadInputException there is none
   */
  public static CipherSuite ofWord(String word) {
    return Arrays.stream(values())
        .filter(suite -> suite.word.equals(word))
        .findFirst()
        .orElseThrow(() -> BadInputException.about("Cipher suite").expected(words()).found(word));
  }

  /**
   * Reads a suite's {@link #number}.
   *
   * @throws org.lepcnn.core.io.CorruptFileException there is none with it
   */
  public static CipherSuite read(BodyReader in) {
    int number = in.int32();
    if (number < 0 || number >= values().length) {
      throw in.corrupt("it has cipher suite " + number + ", which nobody knows");
    }
    return values()[number];
  }

  /** A label of the suite's own, for a derivation that it shares with the others. */
  public String label(String purpose) {
    return purpose + labelEnd;
  }

  /** What the Java platform calls keys of its ciphers. */
  String algorithm() {
    return algorithm;
  }

  @Override
  public String toString() {
    return word;
  }
}
