/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;

/** How files write a suite: int32 0 for AES, 1 for ChaCha20. */
public final class SuiteNumber {
  private SuiteNumber() {}

  /** Appends a suite to a body. */
  public static void write(BodyWriter out, CipherSuite suite) {
    out.int32(suite.ordinal());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws org.lepcnn.core.io.CorruptFileException there is no such suite
   */
  public static CipherSuite read(BodyReader in) {
    int number = in.int32();
    CipherSuite[] known = CipherSuite.values();
    if (number < 0 || number >= known.length) {
      throw in.corrupt("it is of cipher suite " + number + ", which nobody knows");
    }
    return known[number];
  }
}
