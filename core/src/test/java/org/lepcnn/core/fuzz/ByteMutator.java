/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.lepcnn.core.io.Varint;

/**
 * Damages files, records and sequences of records: bits flipped, bytes replaced, parts cut,
 * repeated, moved or taken from another one, and counts and lengths that lie.
 */
public final class ByteMutator {
  private static final long[] EXTREMES = {
    0,
    1,
    -1,
    2,
    7,
    64,
    255,
    1 << 16,
    1 << 24,
    1 << 30,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 31,
    1L << 40,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private static final int MOST_CHANGES = 3;
  private static final int LONGEST_PIECE = 64;
  private static final int VARINT_BYTES = 10;

  private final SplittableRandom random;

  public ByteMutator(long seed) {
    random = new SplittableRandom(seed);
  }

  /** One to three changes; {@code original} stays as it is. */
  public byte[] damaged(byte[] original) {
    return damaged(original, original);
  }

  /**
   * One to three changes.
   *
   * @param other where pieces are taken from
   */
  public byte[] damaged(byte[] original, byte[] other) {
    byte[] bytes = original.clone();
    int changes = 1 + random.nextInt(MOST_CHANGES);
    for (int k = 0; k < changes && bytes.length > 0; k++) {
      bytes = changed(bytes, other);
    }
    return bytes;
  }

  /** A number in [0, bound). */
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** Whether one time in {@code times} comes true. */
  public boolean onceIn(int times) {
    return random.nextInt(times) == 0;
  }

  public long number() {
    return random.nextLong();
  }

  /** A number at the edge of something: 0, powers of two, the largest and the smallest. */
  public long extreme() {
    return EXTREMES[random.nextInt(EXTREMES.length)];
  }

  public <T> T oneOf(List<T> items) {
    return items.get(random.nextInt(items.size()));
  }

  /** Zero to three elements dropped, doubled, exchanged, or everything behind one cut off. */
  public <T> List<T> disordered(List<T> items) {
    List<T> result = new ArrayList<>(items);
    int changes = random.nextInt(MOST_CHANGES + 1);
    for (int k = 0; k < changes && !result.isEmpty(); k++) {
      int at = random.nextInt(result.size());
      switch (random.nextInt(5)) {
        case 0 -> result.remove(at);
        case 1 -> result.add(random.nextInt(result.size() + 1), result.get(at));
        case 2 -> result.set(at, result.set(random.nextInt(result.size()), result.get(at)));
        case 3 -> result.subList(at, result.size()).clear();
        default -> result.addAll(List.copyOf(result));
      }
    }
    return result;
  }

  /** The elements of both, each in its own order. */
  public <T> List<T> interleaved(List<T> one, List<T> other) {
    List<T> result = new ArrayList<>();
    int a = 0;
    int b = 0;
    while (a < one.size() || b < other.size()) {
      boolean first = b == other.size() || (a < one.size() && random.nextBoolean());
      result.add(first ? one.get(a++) : other.get(b++));
    }
    return result;
  }

  private byte[] changed(byte[] bytes, byte[] other) {
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(10)) {
      case 0 -> bytes[at] = (byte) random.nextInt(256);
      case 1, 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 3 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 4 -> {
        byte[] piece = piece(other);
        int length = Math.min(piece.length, bytes.length - at);
        System.arraycopy(piece, 0, bytes, at, length);
      }
      case 5 -> {
        return replaced(bytes, at, at, piece(other));
      }
      case 6 -> {
        int to = Math.min(bytes.length, at + 1 + random.nextInt(LONGEST_PIECE));
        return replaced(bytes, at, to, new byte[0]);
      }
      case 7 -> putNumber(bytes, at);
      case 8 -> {
        return withVarint(bytes, at);
      }
      default -> {
        if (other.length > 0) {
          int from = random.nextInt(other.length);
          return replaced(bytes, at, bytes.length, Arrays.copyOfRange(other, from, other.length));
        }
      }
    }
    return bytes;
  }

  private byte[] piece(byte[] other) {
    if (other.length == 0) {
      return other;
    }
    int from = random.nextInt(other.length);
    return Arrays.copyOfRange(
        other, from, Math.min(other.length, from + 1 + random.nextInt(LONGEST_PIECE)));
  }

  /** A fixed-length number of two, four or eight bytes, in either order, on any byte boundary. */
  private void putNumber(byte[] bytes, int at) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    buffer.order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    int room = bytes.length - at;
    long value = extreme();
    switch (random.nextInt(4)) {
      case 0 -> {
        if (room >= Short.BYTES) {
          buffer.putShort(at, (short) value);
        }
      }
      case 1 -> {
        if (room >= Long.BYTES) {
          buffer.putLong(at, value);
        }
      }
      default -> {
        if (room >= Integer.BYTES) {
          buffer.putInt(at, (int) value);
        }
      }
    }
  }

  /** The number that starts here, if one does, as Avro and protobuf write them, becomes another. */
  private byte[] withVarint(byte[] bytes, int at) {
    int end = at;
    while (end < bytes.length - 1 && bytes[end] < 0 && end - at < VARINT_BYTES - 1) {
      end++;
    }
    ByteArrayOutputStream varint = new ByteArrayOutputStream(VARINT_BYTES);
    Varint.write(extreme(), varint::write);
    return replaced(bytes, at, end + 1, varint.toByteArray());
  }

  private static byte[] replaced(byte[] bytes, int from, int to, byte[] by) {
    byte[] result = new byte[bytes.length - (to - from) + by.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(by, 0, result, from, by.length);
    System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
    return result;
  }
}
