/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.text.Printable;

/** The identity of a model bundle: SHA-256(SHA-256(edge half) ‖ SHA-256(device half)), 32 bytes. */
public final class Fingerprint {
  /** Bytes of a fingerprint. */
  public static final int BYTES = 32;

  private final byte[] value;

  private Fingerprint(byte[] value) {
    this.value = value;
  }

  /** A fingerprint from its 32 bytes, which are copied. */
  public static Fingerprint of(byte[] value) {
    if (value.length != BYTES) {
      throw BadInputException.about("Model fingerprint").expected("32 bytes").found(value.length);
    }
    return new Fingerprint(value.clone());
  }

  /** A fingerprint from 64 hexadecimal digits. */
  public static Fingerprint parse(String hex) {
    try {
      return of(HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      throw BadInputException.about("Model fingerprint")
          .expected("64 hexadecimal digits")
          .because(e)
          .found("'" + Printable.name(hex) + "'");
    }
  }

  /**
   * The fingerprint of a bundle.
   *
   * @param edgeHash SHA-256 of the edge half's file
   * @param deviceHash SHA-256 of the device half's file
   */
  public static Fingerprint combine(byte[] edgeHash, byte[] deviceHash) {
    MessageDigest digest = CheckedFile.sha256();
    digest.update(edgeHash);
    digest.update(deviceHash);
    return new Fingerprint(digest.digest());
  }

  /** A copy of the 32 bytes. */
  public byte[] toBytes() {
    return value.clone();
  }

  /** The first eight hexadecimal digits, for people. */
  public String shortName() {
    return toString().substring(0, 8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fingerprint that && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  /** All 64 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(value);
  }
}
