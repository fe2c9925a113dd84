/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import java.util.Objects;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;

/**
 * Seals and opens bytes under a suite's key stream alone: AES-256 in counter mode or ChaCha20, with
 * the blocks that the package lays out. Hides what it seals as long as nothing else is ever sealed
 * under the same key and id. Authenticates nothing: who changes a bit of what is sealed changes
 * that bit of what is opened. Not thread-safe.
 */
public final class StreamCipher implements AutoCloseable {
  /** What every call but the last of a stream handles a multiple of. */
  public static final int UNIT_BYTES = Keystream.UNIT_BYTES;

  private final Keystream stream;

  /** A cipher under a key, which stays the caller's. */
  public StreamCipher(CipherSuite suite, SecretKey key, SecretAccess access) {
    Objects.requireNonNull(access, "access");
    stream = Keystream.of(suite, key);
  }

  /** Goes on with another key of the same suite, which stays the caller's; {@link #begin} next. */
  public void rekey(SecretKey key) {
    stream.rekey(key);
  }

  /** Begins the stream of an id, from 0. */
  public void begin(long id) {
    stream.seek(id, 0);
  }

  /**
   * Seals or opens the next bytes of the stream that was begun.
   *
   * @param in the bytes from {@code from} on
   * @param length a multiple of {@link #UNIT_BYTES} unless the stream ends there, at most 64 KiB
   * @param out receives as many bytes from {@code at} on; another array than {@code in}
   */
  public void apply(byte[] in, int from, int length, byte[] out, int at) {
    stream.apply(in, from, length, out, at);
  }

  /** Forgets the key, also inside the platform's cipher; {@link #rekey} may follow. */
  @Override
  public void close() {
    stream.close();
  }
}
