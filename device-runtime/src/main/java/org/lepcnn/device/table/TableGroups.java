/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;

/** Fixed groups of passes that share one set of integrity challenges. */
public final class TableGroups {
  /** Passes of a group. Part of the format: challenges are bound to the group's number. */
  public static final int GROUP_SIZE = 64;

  private TableGroups() {}

  /** The group of a pass: pass / {@value #GROUP_SIZE}. */
  public static long groupOf(long pass) {
    if (pass < 0) {
      throw new IllegalArgumentException("Pass: expected a number from 0; found " + pass + ".");
    }
    return pass / GROUP_SIZE;
  }

  /** Cuts a range of passes at the borders of groups: one table file each. */
  public static List<TableId> split(
      String device, ChainId chain, Fingerprint model, long firstPass, long lastPass) {
    List<TableId> ids = new ArrayList<>();
    long first = firstPass;
    while (first <= lastPass) {
      long group = groupOf(first);
      long last = Math.min(lastPass, group * GROUP_SIZE + GROUP_SIZE - 1);
      ids.add(new TableId(device, chain, model, group, first, last));
      first = last + 1;
    }
    return ids;
  }
}
