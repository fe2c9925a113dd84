/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.testkit.LimitedTables;
import org.lepcnn.device.testkit.RecordingSupply;
import org.lepcnn.device.testkit.SessionModel;

class ChallengeCacheTest {
  private final ModelBundle bundle = SessionModel.bundle(11);
  private final RecordingSupply supply = new RecordingSupply(bundle, new CopyOnWriteArrayList<>());
  private final LimitedTables tables = new LimitedTables(bundle, 1000);
  private final ChallengeCache cache = new ChallengeCache(supply, tables);

  @AfterEach
  void close() {
    tables.close();
    supply.close();
  }

  @Test
  void twoGroups_areKept_aThirdTakesThePlaceOfTheOldest() {
    GroupChallenges first = cache.ofPass(0);
    GroupChallenges second = cache.ofPass(64);
    assertThat(cache.ofPass(63)).isSameAs(first);
    assertThat(cache.ofPass(127)).isSameAs(second);
    assertThat(tables.groupsRead).containsExactly(0L, 1L);
    cache.ofPass(128);
    assertThat(cache.ofPass(64)).isSameAs(second);
    assertThat(cache.ofPass(0)).isNotSameAs(first);
    assertThat(tables.groupsRead).isEqualTo(List.of(0L, 1L, 2L, 0L));
  }
}
