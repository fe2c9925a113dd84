/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import org.lepcnn.core.api.PublicApi;

/**
 * The ciphers of a chain, which keeps them for ever. Grants, states and tables have {@link #AES}
 * alone as yet.
 *
 * <p>Every key of a chain is derived under labels of its suite ({@link #label}), so that no key is
 * ever used with the ciphers of two.
 */
@PublicApi
public enum CipherSuite {
  /** Masks by AES-256 in counter mode, tables under AES-256-GCM: where the processor has AES. */
  AES("AES", ""),

  /** Masks by ChaCha20, for processors without AES. */
  CHACHA("ChaCha20", " chacha20");

  private final String algorithm;
  private final String labelEnd;

  CipherSuite(String algorithm, String labelEnd) {
    this.algorithm = algorithm;
    this.labelEnd = labelEnd;
  }

  /** A label of the suite's own, for a derivation that it shares with the others. */
  public String label(String purpose) {
    return purpose + labelEnd;
  }

  /** What the Java platform calls keys of its ciphers. */
  String algorithm() {
    return algorithm;
  }
}
