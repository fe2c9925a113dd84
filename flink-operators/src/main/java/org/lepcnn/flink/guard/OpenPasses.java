/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.util.Arrays;
import org.lepcnn.core.port.PassWindow;

/**
 * The window of the passes that a device works on: per pass the last round seen and its digest.
 *
 * <p>At most {@value #CAPACITY} passes, ascending. The floor never falls: a pass that leaves the
 * window at the low end raises it.
 */
final class OpenPasses {
  static final int CAPACITY = PassWindow.PASSES;

  private long floor;
  private int size;
  private long[] passes = new long[4];
  private int[] rounds = new int[4];
  private long[] digests = new long[4];

  OpenPasses(long floor) {
    this.floor = floor;
  }

  OpenPasses copy() {
    OpenPasses copy = new OpenPasses(floor);
    copy.size = size;
    copy.passes = passes.clone();
    copy.rounds = rounds.clone();
    copy.digests = digests.clone();
    return copy;
  }

  long floor() {
    return floor;
  }

  int size() {
    return size;
  }

  long pass(int index) {
    return passes[index];
  }

  int round(int index) {
    return rounds[index];
  }

  long digest(int index) {
    return digests[index];
  }

  /** One above the highest pass ever seen; the floor when none was. */
  long nextUnseen() {
    return size == 0 ? floor : passes[size - 1] + 1;
  }

  /** The index of a pass; negative (−insertion point − 1) when it is not in the window. */
  int find(long pass) {
    return Arrays.binarySearch(passes, 0, size, pass);
  }

  /** Records a later round of a pass in the window. */
  void advance(int index, int round, long digest) {
    rounds[index] = round;
    digests[index] = digest;
  }

  /**
   * Adds a pass that is not in the window and not below the floor. When the window is full the
   * lowest pass leaves it first.
   *
   * @return whether it was added; not so when it would be the lowest of a full window, which raises
   *     the floor above it
   */
  boolean add(long pass, int round, long digest) {
    if (size == CAPACITY) {
      if (pass < passes[0]) {
        floor = passes[0];
        return false;
      }
      removeLowest(1);
    }
    int at = -find(pass) - 1;
    grow();
    System.arraycopy(passes, at, passes, at + 1, size - at);
    System.arraycopy(rounds, at, rounds, at + 1, size - at);
    System.arraycopy(digests, at, digests, at + 1, size - at);
    passes[at] = pass;
    rounds[at] = round;
    digests[at] = digest;
    size++;
    return true;
  }

  /** Raises the floor; passes below leave the window. A lower value changes nothing. */
  void raiseFloor(long newFloor) {
    if (newFloor > floor) {
      int at = find(newFloor);
      removeLowest(at < 0 ? -at - 1 : at);
      floor = newFloor;
    }
  }

  private void removeLowest(int count) {
    if (count > 0) {
      floor = Math.max(floor, passes[count - 1] + 1);
      System.arraycopy(passes, count, passes, 0, size - count);
      System.arraycopy(rounds, count, rounds, 0, size - count);
      System.arraycopy(digests, count, digests, 0, size - count);
      size -= count;
    }
  }

  private void grow() {
    if (size == passes.length) {
      int capacity = Math.min(CAPACITY, 2 * size);
      passes = Arrays.copyOf(passes, capacity);
      rounds = Arrays.copyOf(rounds, capacity);
      digests = Arrays.copyOf(digests, capacity);
    }
  }
}
