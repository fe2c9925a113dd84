/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.lepcnn.core.field.Field;
import org.lepcnn.device.key.SecretKey;

/**
 * Residues uniform on F_p from a key and an id, by the rule that the package states. Masks are such
 * streams with the tensor id as id.
 *
 * <p>Residue j depends on the keys, the id and j alone, not on the number of residues asked for nor
 * on the order of calls. Buffers are reused; not thread-safe.
 */
public final class ResidueStream implements AutoCloseable {
  /**
   * The most bytes that one cipher call handles: calls of more than 64 KiB fall out of the compiled
   * code, and so many stay in a first-level cache.
   */
  static final int SEGMENT_BYTES = 16 << 10;

  private final Keystream words;
  private final Keystream redraws;
  private final byte[] segment = new byte[SEGMENT_BYTES];
  private final IntBuffer segmentWords =
      ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  private final byte[] redrawBlock = new byte[Keystream.BLOCK_BYTES];

  /**
   * A stream under two AES keys, which must differ.
   *
   * @param wordKey key of the words
   * @param redrawKey key of the words that replace rejected ones
   */
  public ResidueStream(SecretKey wordKey, SecretKey redrawKey) {
    this(new AesCtrKeystream(wordKey), new AesCtrKeystream(redrawKey));
    requireDifferent(wordKey, redrawKey);
  }

  ResidueStream(Keystream words, Keystream redraws) {
    this.words = words;
    this.redraws = redraws;
  }

  /**
   * Writes residues 0 … length − 1 of a stream.
   *
   * @param id the stream
   * @param out receives canonical residues from index 0
   * @param length how many, at most {@code out.length}
   */
  public void fill(long id, int[] out, int length) {
    if (length < 0 || length > out.length) {
      throw new IllegalArgumentException(
          "Residues: expected 0 to " + out.length + "; found " + length + ".");
    }
    words.seek(id, 0);
    int perSegment = SEGMENT_BYTES / Integer.BYTES;
    for (int done = 0; done < length; done += perSegment) {
      fillSegment(id, out, done, Math.min(perSegment, length - done));
    }
    Arrays.fill(segment, (byte) 0);
  }

  /** Goes on with other keys, in the same buffers. */
  public void rekey(SecretKey wordKey, SecretKey redrawKey) {
    requireDifferent(wordKey, redrawKey);
    words.rekey(wordKey);
    redraws.rekey(redrawKey);
  }

  /** Forgets the keys; {@link #rekey} may follow. */
  @Override
  public void close() {
    words.close();
    redraws.close();
    Arrays.fill(segment, (byte) 0);
    Arrays.fill(redrawBlock, (byte) 0);
  }

  private static void requireDifferent(SecretKey wordKey, SecretKey redrawKey) {
    if (wordKey.equals(redrawKey)) {
      throw new IllegalArgumentException("A residue stream needs two different keys.");
    }
  }

  private void fillSegment(long id, int[] out, int from, int count) {
    int bytes = count * Integer.BYTES;
    words.read(segment, (bytes + Keystream.BLOCK_BYTES - 1) & -Keystream.BLOCK_BYTES);
    segmentWords.position(0);
    segmentWords.get(out, from, count);
    int rejected = 0;
    for (int i = from; i < from + count; i++) {
      int word = out[i] & Field.P;
      out[i] = word;
      rejected |= Field.P - 1 - word;
    }
    if (rejected < 0) {
      redrawRejected(id, out, from, count);
    }
  }

  private void redrawRejected(long id, int[] out, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (out[i] == Field.P) {
        out[i] = redraw(id, i);
      }
    }
  }

  private int redraw(long id, int position) {
    for (long attempt = 0; ; attempt++) {
      redraws.seek(id, (attempt << 32) | position);
      redraws.read(redrawBlock, Keystream.BLOCK_BYTES);
      int word = ByteBuffer.wrap(redrawBlock).order(ByteOrder.LITTLE_ENDIAN).getInt() & Field.P;
      if (word != Field.P) {
        return word;
      }
    }
  }
}
