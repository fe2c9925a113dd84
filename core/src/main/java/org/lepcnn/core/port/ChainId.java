/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import java.util.HexFormat;
import org.lepcnn.core.error.BadInputException;

/**
 * The random 128-bit name of a chain: one provisioning of one device for one model.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record ChainId(long high, long low) {
  /** Bytes of the identifier. */
  public static final int BYTES = 16;

  /** Parses 32 hexadecimal digits. */
  public static ChainId parse(String hex) {
    if (hex.length() != 2 * BYTES) {
      throw malformed(hex);
    }
    try {
      return new ChainId(
          HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
    } catch (IllegalArgumentException e) {
      throw malformed(hex);
    }
  }

  /** All 32 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }

  private static BadInputException malformed(String hex) {
    return BadInputException.about("ChainId")
        .expected("32 hexadecimal digits")
        .found("'" + hex + "'");
  }
}
