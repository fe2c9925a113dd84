/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.util.ArrayDeque;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Reusable int arrays by length. Contents are whatever the last user left, so secrets must be
 * overwritten before an array is given back. Thread-safe.
 */
final class IntArrayPool {
  private final int keptPerLength;
  private final NavigableMap<Integer, ArrayDeque<int[]>> free = new TreeMap<>();

  IntArrayPool(int keptPerLength) {
    this.keptPerLength = keptPerLength;
  }

  int[] take(int length) {
    synchronized (free) {
      ArrayDeque<int[]> arrays = free.get(length);
      int[] array = arrays == null ? null : arrays.poll();
      if (array != null) {
        return array;
      }
    }
    return new int[length];
  }

  /** The shortest array of at least {@code length}: rounds share what lies in the cache already. */
  int[] takeAtLeast(int length) {
    synchronized (free) {
      for (ArrayDeque<int[]> arrays : free.tailMap(length, true).values()) {
        int[] array = arrays.poll();
        if (array != null) {
          return array;
        }
      }
    }
    return new int[length];
  }

  void give(int[] array) {
    synchronized (free) {
      ArrayDeque<int[]> arrays = free.computeIfAbsent(array.length, length -> new ArrayDeque<>());
      if (arrays.size() < keptPerLength) {
        arrays.push(array);
      }
    }
  }
}
