/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.io.Serializable;
import java.util.List;
import org.lepcnn.device.supply.PassGroups;

/**
 * Cuts ranges of passes into table files: one per range and group that the range touches, numbered
 * from 0 in the order of the passes. A group that one range leaves partly used goes on in a second
 * file. The cut depends on the ranges alone, so that every run names the same files.
 */
public final class WorkPlan implements Serializable {
  private static final long serialVersionUID = 1L;

  private final PassRange[] ranges;
  private final long[] firstIndex;

  public WorkPlan(List<PassRange> ranges) {
    this.ranges = ranges.toArray(PassRange[]::new);
    this.firstIndex = new long[this.ranges.length + 1];
    for (int i = 0; i < this.ranges.length; i++) {
      firstIndex[i + 1] = firstIndex[i] + files(this.ranges[i]);
    }
  }

  /** How many files there are to make. */
  public long files() {
    return firstIndex[ranges.length];
  }

  /** How many passes they hold. */
  public long passes() {
    long sum = 0;
    for (PassRange range : ranges) {
      sum += range.passes();
    }
    return sum;
  }

  /**
   * The file with that number.
   *
   * @param index from 0, below {@link #files}
   */
  public WorkItem item(long index) {
    int r = 0;
    while (index >= firstIndex[r + 1]) {
      r++;
    }
    PassRange range = ranges[r];
    long group = PassGroups.of(range.first()) + index - firstIndex[r];
    long groupFirst = group * PassGroups.SIZE;
    return new WorkItem(
        range.chain(),
        group,
        Math.max(range.first(), groupFirst),
        Math.min(range.last(), groupFirst + PassGroups.SIZE - 1));
  }

  private static long files(PassRange range) {
    return PassGroups.of(range.last()) - PassGroups.of(range.first()) + 1;
  }
}
