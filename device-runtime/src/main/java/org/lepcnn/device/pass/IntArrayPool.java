/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.util.ArrayList;
import java.util.List;

/**
 * Reusable int arrays. Contents are whatever the last user left, so secrets must be overwritten
 * before an array is given back. A few dozen arrays at most, so it looks through them. Thread-safe.
 */
final class IntArrayPool {
  private final int keptPerLength;
  private final List<int[]> free = new ArrayList<>();

  IntArrayPool(int keptPerLength) {
    this.keptPerLength = keptPerLength;
  }

  /** An array of that length. */
  int[] take(int length) {
    return take(length, length);
  }

  /** The shortest array of at least {@code length}: rounds share what lies in the cache already. */
  int[] takeAtLeast(int length) {
    return take(length, Integer.MAX_VALUE);
  }

  private int[] take(int length, int longest) {
    synchronized (free) {
      int best = -1;
      int bestLength = longest;
      for (int i = free.size() - 1; i >= 0; i--) {
        int found = free.get(i).length;
        if (found >= length && (found < bestLength || (best < 0 && found == bestLength))) {
          best = i;
          bestLength = found;
        }
      }
      if (best >= 0) {
        return free.remove(best);
      }
    }
    return new int[length];
  }

  void give(int[] array) {
    synchronized (free) {
      int sameLength = 0;
      for (int[] other : free) {
        sameLength += other.length == array.length ? 1 : 0;
      }
      if (sameLength < keptPerLength) {
        free.add(array);
      }
    }
  }
}
