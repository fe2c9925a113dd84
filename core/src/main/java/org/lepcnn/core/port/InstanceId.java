/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import java.util.HexFormat;
import org.lepcnn.core.error.BadInputException;

/**
 * The random 128-bit number of one opening of a device's state; a claim names it.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record InstanceId(long high, long low) {
  /** Bytes of the identifier. */
  public static final int BYTES = 16;

  /** Parses 32 hexadecimal digits. */
  public static InstanceId parse(String hex) {
    if (hex.length() != 2 * BYTES) {
      throw malformed(hex);
    }
    try {
      return new InstanceId(
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
    return BadInputException.about("InstanceId")
        .expected("32 hexadecimal digits")
        .found("'" + hex + "'");
  }
}
