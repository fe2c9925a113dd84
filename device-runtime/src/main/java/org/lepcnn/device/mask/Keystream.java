/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretKey;

/**
 * A key stream that can be entered at any block. The seam at which a suite puts its cipher, and a
 * test words that a cipher would yield once in two thousand million.
 */
interface Keystream extends AutoCloseable {
  /** What is read at once: whole blocks of every suite's cipher. */
  int UNIT_BYTES = 64;

  /** The key stream of a suite; {@code key} stays the caller's. */
  static Keystream of(CipherSuite suite, SecretKey key) {
    return switch (suite) {
      case AES -> new AesCtrKeystream(key);
      case CHACHA -> new ChaChaKeystream(key);
    };
  }

  /**
   * Moves to a block of the stream with that id.
   *
   * @param block its number, counted in the cipher's own blocks
   */
  void seek(long id, long block);

  /**
   * Reads on from where the last call ended.
   *
   * @param out receives the bytes from index 0
   * @param length a multiple of {@link #UNIT_BYTES}, at most {@link ResidueStream#SEGMENT_BYTES}
   */
  void read(byte[] out, int length);

  /**
   * Adds the key stream from where the last call ended, bit by bit: seals or opens.
   *
   * @param in the bytes from {@code from} on
   * @param length a multiple of {@link #UNIT_BYTES} unless the stream ends there, at most 64 KiB
   * @param out receives as many bytes from {@code at} on; another array than {@code in}
   */
  void apply(byte[] in, int from, int length, byte[] out, int at);

  /** Changes the key; {@link #seek} comes next. */
  void rekey(SecretKey key);

  /** Forgets the key; {@link #rekey} may follow. */
  @Override
  void close();
}
