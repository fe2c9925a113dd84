/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

import java.util.SplittableRandom;

/**
 * Seeded random choices that are the same on every JDK: only {@link SplittableRandom#nextLong()} is
 * used, because how the JDK derives ranges from it has changed between releases. Not for secrets.
 */
public final class Dice {
  private final SplittableRandom source;

  private Dice(SplittableRandom source) {
    this.source = source;
  }

  /**
   * The choices of one member of a seeded set; members and seeds are independent of each other.
   *
   * @param seed the seed of the set
   * @param index the member's place in the set
   */
  public static Dice of(long seed, long index) {
    return new Dice(new SplittableRandom(scramble(scramble(seed) + index)));
  }

  /** A number in [from, to). */
  public double between(double from, double to) {
    return from + (to - from) * ((source.nextLong() >>> 11) * 0x1.0p-53);
  }

  /** An integer in [0, bound). */
  public int below(int bound) {
    return (int) between(0, bound);
  }

  /** True with the given probability. */
  public boolean chance(double probability) {
    return between(0, 1) < probability;
  }

  /** A bell-shaped number with mean 0 and deviation 1: the sum of twelve uniform ones. */
  public double bell() {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      long bits = source.nextLong();
      sum += ((bits & 0x1FFFFF) + (bits >>> 21 & 0x1FFFFF) + (bits >>> 42 & 0x1FFFFF)) * 0x1.0p-21;
    }
    return sum - 6;
  }

  /** The finalizer of MurmurHash3: spreads every bit of its input over the output. */
  private static long scramble(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
