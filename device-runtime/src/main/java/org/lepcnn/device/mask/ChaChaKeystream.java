/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.vector.ChaChaLoops;
import org.lepcnn.device.vector.VectorUnit;

/**
 * ChaCha20 blocks of the 64-bit block number and the 64-bit id, as the package lays them out. The
 * Java platform's own cipher yields the same bytes; up to JDK 19 it has no form in instructions of
 * any processor, and it refuses to go back in a stream.
 */
final class ChaChaKeystream implements Keystream {
  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  final int[] state = new int[ChaChaBlocks.WORDS];
  private boolean closed;

  ChaChaKeystream(SecretKey key) {
    rekey(key);
  }

  @Override
  public void rekey(SecretKey key) {
    byte[] bytes = key.toCipherKey(CipherSuite.CHACHA, ACCESS).getEncoded();
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    ChaChaBlocks.begin(state, words);
    Arrays.fill(bytes, (byte) 0);
    closed = false;
  }

  @Override
  public void seek(long id, long block) {
    requireKey();
    ChaChaBlocks.seek(state, id, block);
  }

  @Override
  public void read(byte[] out, int length) {
    requireKey();
    int done = 0;
    if (VectorUnit.present()) {
      done = ChaChaLoops.blocks(state, out, length);
    }
    ChaChaBlocks.blocks(state, out, done, length);
  }

  private void requireKey() {
    if (closed) {
      throw new IllegalStateException("This key stream has no key any more.");
    }
  }

  /** Forgets the key. */
  @Override
  public void close() {
    Arrays.fill(state, 0);
    closed = true;
  }
}
