/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.util.TreeMap;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.supply.PassGroups;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;

/** The challenges of the newest two groups of passes: those that passes in flight can belong to. */
final class ChallengeCache {
  private static final int KEPT = 2;

  private final PassSupply supply;
  private final PassTables tables;
  private final TreeMap<Long, GroupChallenges> groups = new TreeMap<>();

  ChallengeCache(PassSupply supply, PassTables tables) {
    this.supply = supply;
    this.tables = tables;
  }

  /** The challenges of a pass, read from the tables when its group is new. */
  synchronized GroupChallenges ofPass(long pass) {
    long group = PassGroups.of(pass);
    GroupChallenges found = groups.get(group);
    if (found == null) {
      found = read(group);
      groups.put(group, found);
      if (groups.size() > KEPT) {
        groups.pollFirstEntry();
      }
    }
    return found;
  }

  private GroupChallenges read(long group) {
    try (GroupKey groupKey = supply.groupKey(group)) {
      return tables.challenges(group, groupKey);
    }
  }
}
