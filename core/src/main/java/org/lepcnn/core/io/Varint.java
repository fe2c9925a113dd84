/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import java.util.function.Supplier;

/**
 * Numbers of seven bits a byte, the lowest first; all bytes but the last have their highest bit
 * set. Protobuf writes them so, and the state of the edge's guard. A negative number takes ten
 * bytes.
 */
public final class Varint {
  private static final int BITS = 7;
  private static final int MASK = (1 << BITS) - 1;

  private Varint() {}

  /** Takes bytes, each in the lowest eight bits. */
  @FunctionalInterface
  public interface Sink<E extends Exception> {
    void put(int value) throws E;
  }

  /** Gives bytes; only the lowest eight bits count. */
  @FunctionalInterface
  public interface Source<E extends Exception> {
    int next() throws E;
  }

  /** Writes a number. */
  public static <E extends Exception> void write(long value, Sink<E> out) throws E {
    long rest = value;
    while ((rest & ~MASK) != 0) {
      out.put((int) (rest & MASK) | (MASK + 1));
      rest >>>= BITS;
    }
    out.put((int) rest);
  }

  /**
   * Reads a number; bits beyond the 64th are lost.
   *
   * @param endless what is thrown for a number of more than ten bytes
   */
  public static <E extends Exception> long read(Source<E> in, Supplier<? extends E> endless)
      throws E {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += BITS) {
      int next = in.next();
      value |= (long) (next & MASK) << shift;
      if ((next & (MASK + 1)) == 0) {
        return value;
      }
    }
    throw endless.get();
  }
}
