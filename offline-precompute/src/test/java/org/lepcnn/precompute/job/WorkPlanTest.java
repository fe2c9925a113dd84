/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;

class WorkPlanTest {
  @Test
  void aRangeIsCutAtGroupBoundaries() {
    WorkPlan plan = new WorkPlan(List.of(new PassRange("c", 60, 200)));

    assertThat(plan.passes()).isEqualTo(141);
    assertThat(items(plan))
        .containsExactly(
            new WorkItem("c", 0, 60, 63),
            new WorkItem("c", 1, 64, 127),
            new WorkItem("c", 2, 128, 191),
            new WorkItem("c", 3, 192, 200));
  }

  @Test
  void aPartlyUsedGroupGoesOnInASecondFile() {
    WorkPlan plan = new WorkPlan(List.of(new PassRange("c", 0, 9), new PassRange("c", 10, 63)));

    assertThat(items(plan))
        .containsExactly(new WorkItem("c", 0, 0, 9), new WorkItem("c", 0, 10, 63));
  }

  @Test
  void rangesOfSeveralChainsFollowOneAnother() {
    WorkPlan plan = new WorkPlan(List.of(new PassRange("a", 63, 64), new PassRange("b", 5, 5)));

    assertThat(items(plan))
        .containsExactly(
            new WorkItem("a", 0, 63, 63), new WorkItem("a", 1, 64, 64), new WorkItem("b", 0, 5, 5));
  }

  @Test
  void aHugeRangeCostsNothingToPlan() {
    WorkPlan plan = new WorkPlan(List.of(new PassRange("c", 1, 1L << 40)));

    assertThat(plan.item(plan.files() - 1))
        .isEqualTo(new WorkItem("c", 1L << 34, 1L << 40, 1L << 40));
  }

  @Test
  void anEmptyRangeIsRefused() {
    assertThatThrownBy(() -> new PassRange("c", 5, 4))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found 5 to 4");
  }

  private static List<WorkItem> items(WorkPlan plan) {
    List<WorkItem> items = new ArrayList<>();
    for (long i = 0; i < plan.files(); i++) {
      items.add(plan.item(i));
    }
    return items;
  }
}
