/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.vector.Words24;

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
   * code, and so many, with as many zeros that they come from, leave half of a first-level cache to
   * the caller.
   */
  static final int SEGMENT_BYTES = 8 << 10;

  /** The most words that {@link #nextWords} yields at once. */
  public static final int MAX_WORDS = SEGMENT_BYTES / Integer.BYTES;

  /** Words below 2²⁴ of a segment that have an int32 of the keystream each. */
  private static final int WHOLE_WORDS_24 = MAX_WORDS / 4 * 3;

  private final ResidueField field;
  private final int wordBits;
  private final Keystream words;
  private final Keystream redraws;
  private final byte[] segment = new byte[SEGMENT_BYTES];
  private final IntBuffer segmentWords =
      ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  private final byte[] redrawUnit = new byte[Keystream.UNIT_BYTES];

  private long id;
  private int position;
  private int end;

  /** Words of the segment that are still to be read; they end where the segment's words end. */
  private int unread;

  private int segmentEnd;

  /** So many bytes of the segment may hold keystream. */
  private int segmentBytes;

  /**
   * A stream under two keys, which must differ.
   *
   * @param suite whose cipher yields the words
   * @param wordKey key of the words
   * @param redrawKey key of the words that replace rejected ones
   */
  public ResidueStream(
      CipherSuite suite,
      ResidueField field,
      SecretKey wordKey,
      SecretKey redrawKey,
      SecretAccess access) {
    this(suite, field, wordKey, redrawKey);
    Objects.requireNonNull(access, "access");
  }

  ResidueStream(CipherSuite suite, ResidueField field, SecretKey wordKey, SecretKey redrawKey) {
    this(field, Keystream.of(suite, wordKey), Keystream.of(suite, redrawKey));
    requireDifferent(wordKey, redrawKey);
  }

  ResidueStream(ResidueField field, Keystream words, Keystream redraws) {
    this.field = field;
    this.wordBits = (int) ((1L << field.bits()) - 1);
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
    begin(id, length);
    next(out, length);
    end();
  }

  /**
   * Begins a stream; {@link #next} yields its residues from 0 on, {@link #end} ends it.
   *
   * @param id the stream
   * @param length how many residues will be read
   */
  public void begin(long id, int length) {
    this.id = id;
    position = 0;
    end = length;
    unread = 0;
    words.seek(id, 0);
  }

  /**
   * Reads on in the stream that was begun.
   *
   * @param out receives canonical residues from index 0
   * @param count how many; not more than are left
   */
  public void next(int[] out, int count) {
    readWords(out, count);
    int rejected = 0;
    int largest = field.modulus() - 1;
    for (int i = 0; i < count; i++) {
      int word = out[i] & wordBits;
      out[i] = word;
      rejected |= largest - word;
    }
    if (rejected < 0) {
      redrawRejected(out, count);
    }
  }

  /**
   * Reads on in the stream that was begun, for a caller that rejects in a loop of its own: residue
   * j is the word, of 2³¹ − 1 without its top bit, unless that is p or above; {@link #addRedraws}
   * has the others. The cipher writes straight to {@code out}.
   *
   * @param out receives words from index 0 as little-endian int32; has room for whole units of 64
   *     bytes, which may overwrite bytes behind the words, and for {@link #MAX_WORDS} where more
   *     than three quarters of that many are read of words of 24 bits
   * @param count how many; not more than are left, and, unless they are the stream's last, whole
   *     units (16 words), or {@link #MAX_WORDS} of words of 24 bits; at most {@link #MAX_WORDS}
   */
  public void nextWords(byte[] out, int count) {
    boolean last = count == end - position;
    if (unread > 0
        || count > MAX_WORDS
        || touchedBytes(count) > out.length
        || (!endsUnit(count) && !last)) {
      throw new IllegalArgumentException(
          ("Words of a residue stream: expected whole units, at most %s words, with room "
                  + "for them; found %s words, room for %s bytes, and %s words read ahead.")
              .formatted(MAX_WORDS, count, out.length, unread));
    }
    requireLeft(count, count);
    read(out, count);
    position += count;
  }

  private void readWords(int[] out, int count) {
    requireLeft(count, out.length);
    for (int done = 0; done < count; ) {
      if (unread == 0) {
        readSegment();
      }
      int some = Math.min(unread, count - done);
      segmentWords.get(segmentEnd - unread, out, done, some);
      unread -= some;
      position += some;
      done += some;
    }
  }

  /**
   * Puts, in every element whose word is rejected, the residue that replaces the word in its place.
   *
   * @param id the stream
   * @param sums canonical residues from index 0, in which such words count as what they are more
   *     than p; changed
   * @param length how many
   */
  public void addRedraws(long id, int[] sums, int length) {
    int[] word = new int[1];
    begin(id, length);
    for (int i = 0; i < length; i++) {
      readWords(word, 1);
      int over = (word[0] & wordBits) - field.modulus();
      if (over >= 0) {
        sums[i] = field.add(field.subtract(sums[i], over), redraw(i));
      }
    }
    word[0] = 0;
    end();
  }

  /** Erases what is left of the keystream in the buffer. */
  public void end() {
    end = 0;
    position = 0;
    unread = 0;
    Arrays.fill(segment, 0, segmentBytes, (byte) 0);
    segmentBytes = 0;
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
    end();
    Arrays.fill(redrawUnit, (byte) 0);
  }

  private static void requireDifferent(SecretKey wordKey, SecretKey redrawKey) {
    if (wordKey.equals(redrawKey)) {
      throw new IllegalArgumentException("A residue stream needs two different keys.");
    }
  }

  private void readSegment() {
    segmentEnd = Math.min(MAX_WORDS, end - position);
    unread = segmentEnd;
    segmentBytes = Math.max(segmentBytes, touchedBytes(segmentEnd));
    read(segment, segmentEnd);
  }

  /** Reads the words of a segment as int32. */
  private void read(byte[] out, int count) {
    words.read(out, unitBytes(streamWords(count)));
    if (field == ResidueField.P24) {
      Words24.unpack(out, MAX_WORDS / 4, count);
    }
  }

  /** So many int32 of the keystream hold a segment's words. */
  private int streamWords(int count) {
    return field == ResidueField.P24 ? Math.min(count, WHOLE_WORDS_24) : count;
  }

  /** Bytes that {@link #read} may write. */
  private int touchedBytes(int count) {
    return field == ResidueField.P24 && count > WHOLE_WORDS_24 ? SEGMENT_BYTES : unitBytes(count);
  }

  /** Whether the stream may be read on after so many words. */
  private boolean endsUnit(int count) {
    return field == ResidueField.P24 ? count == MAX_WORDS : unitBytes(count) == wordBytes(count);
  }

  private void requireLeft(int count, int room) {
    if (count < 0 || count > end - position || count > room) {
      throw new IllegalArgumentException(
          "Residues: expected 0 to " + Math.min(room, end - position) + "; found " + count + ".");
    }
  }

  private static int wordBytes(int count) {
    return count * Integer.BYTES;
  }

  /** Bytes of the units that hold so many words. */
  private static int unitBytes(int count) {
    return (wordBytes(count) + Keystream.UNIT_BYTES - 1) & -Keystream.UNIT_BYTES;
  }

  /** The last {@code count} residues that were read. */
  private void redrawRejected(int[] out, int count) {
    for (int i = 0; i < count; i++) {
      if (out[i] >= field.modulus()) {
        out[i] = redraw(position - count + i);
      }
    }
  }

  private int redraw(int number) {
    for (long attempt = 0; ; attempt++) {
      redraws.seek(id, (attempt << 32) | number);
      redraws.read(redrawUnit, Keystream.UNIT_BYTES);
      int word = ByteBuffer.wrap(redrawUnit).order(ByteOrder.LITTLE_ENDIAN).getInt() & wordBits;
      if (word < field.modulus()) {
        return word;
      }
    }
  }
}
