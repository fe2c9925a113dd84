/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * Reads the section of a pass ahead, in pieces that stay in a second-level cache: its layers lie
 * one behind the other, and many are small beside what a call of the system costs. Not thread-safe.
 */
final class SectionReader {
  private static final int AHEAD_BYTES = 256 << 10;

  private final byte[] ahead = new byte[AHEAD_BYTES];
  private final ByteBuffer buffer = ByteBuffer.wrap(ahead);

  /** What lies in the array from index 0: bytes {@code from} … {@code to} − 1 of the file. */
  private long from;

  private long to;

  /**
   * Makes bytes of a section available.
   *
   * @param position of the first one in the file
   * @param count at most {@link FactorStream#TILE} int32
   * @param end where the section ends
   * @return where they begin in {@link #bytes}
   * @throws EOFException the file ends before
   */
  int read(FileChannel file, long position, int count, long end) throws IOException {
    if (position < from || position + count > to) {
      fill(file, position, (int) Math.min(AHEAD_BYTES, end - position));
    }
    if (position + count > to) {
      throw new EOFException("the file ends inside a section");
    }
    return (int) (position - from);
  }

  private void fill(FileChannel file, long position, int wanted) throws IOException {
    forget();
    buffer.limit(wanted).position(0);
    while (buffer.hasRemaining() && file.read(buffer, position + buffer.position()) >= 0) {
      // a file may yield less than it is asked for
    }
    from = position;
    to = position + buffer.position();
  }

  /** What {@link #read} made available; sealed. */
  byte[] bytes() {
    return ahead;
  }

  /** Says that another section comes next. */
  void forget() {
    from = 0;
    to = 0;
  }

  /** Overwrites what was read. */
  void erase() {
    forget();
    Arrays.fill(ahead, (byte) 0);
  }
}
