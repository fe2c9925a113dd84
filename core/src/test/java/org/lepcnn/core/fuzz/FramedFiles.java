/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.lepcnn.core.io.CheckedFile;

/** Damages files in the frame of {@link CheckedFile}. */
public final class FramedFiles {
  private static final int HEADER_BYTES = 16;
  private static final int FOOTER_BYTES = 32;

  private FramedFiles() {}

  /**
   * A damaged file. Nine of ten have a right length and checksum, since wrong ones hide the reader
   * behind them.
   *
   * @param other another such file, where pieces are taken from
   */
  public static byte[] damaged(ByteMutator random, byte[] file, byte[] other) {
    if (random.onceIn(10)) {
      return random.damaged(file, other);
    }
    ByteBuffer header = ByteBuffer.wrap(file);
    byte[] body = random.damaged(body(file), body(other));
    int version = random.onceIn(50) ? (int) random.extreme() : header.getInt(Integer.BYTES);
    return CheckedFile.frame(header.getInt(0), version, body);
  }

  private static byte[] body(byte[] file) {
    return Arrays.copyOfRange(file, HEADER_BYTES, file.length - FOOTER_BYTES);
  }
}
