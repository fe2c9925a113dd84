/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.util.Locale;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.field.ResidueField;

/**
 * The ciphers of a chain. A chain gets its suite when the device is provisioned and keeps it for
 * ever: the owner's ledger, grant, state and every table name it. The order is the file formats'.
 *
 * <p>Every key of a chain is derived under labels of its suite ({@link #label}), so that no key is
 * ever used with the ciphers of two.
 */
@PublicApi
public enum CipherSuite {
  /** AES-256 in counter mode, tables under AES-256-GCM: where the processor has AES. */
  AES("AES", ""),

  /** ChaCha20, tables under ChaCha20-Poly1305: for processors without AES. */
  CHACHA("ChaCha20", " chacha20");

  private final String algorithm;
  private final String labelEnd;

  CipherSuite(String algorithm, String labelEnd) {
    this.algorithm = algorithm;
    this.labelEnd = labelEnd;
  }

  /** A label of the suite's own. */
  public String label(String purpose) {
    return purpose + labelEnd;
  }

  /** A label of the suite's own for what belongs to one field. */
  String label(String purpose, ResidueField field) {
    return label(field == ResidueField.P31 ? purpose : purpose + " " + field.bits());
  }

  /** What the Java platform calls keys of its ciphers. */
  String algorithm() {
    return algorithm;
  }

  /** As options and reports name it: {@code aes} or {@code chacha}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
