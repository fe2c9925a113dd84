/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import org.lepcnn.device.key.SecretKey;

/**
 * A random-access stream of bytes in 16-byte blocks. The seam at which a test puts words that AES
 * would yield once in two thousand million.
 */
interface Keystream extends AutoCloseable {
  /** Bytes of a block. */
  int BLOCK_BYTES = 16;

  /** Moves to a block of the stream with that id. */
  void seek(long id, long block);

  /**
   * Reads on from where the last call ended.
   *
   * @param out receives the bytes from index 0
   * @param length a multiple of 16, at most {@link ResidueStream#SEGMENT_BYTES}
   */
  void read(byte[] out, int length);

  /** Changes the key; {@link #seek} comes next. */
  void rekey(SecretKey key);

  /** Forgets the key; {@link #rekey} may follow. */
  @Override
  void close();
}
