/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.door;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DoorReportTest {
  private static final long EARLY = 50L << 20;

  private static DoorReport report(
      int exact, int distinct, long used, int same, boolean killed, long more, String failure) {
    return new DoorReport(
        50,
        100,
        exact,
        distinct,
        used,
        5,
        same,
        7,
        1,
        killed,
        true,
        EARLY,
        EARLY + more,
        2,
        failure);
  }

  @Test
  void everyIdRight_byAPassOfItsOwn_andNoOtherUsed_holds() {
    DoorReport report = report(100, 100, 100, 5, true, DoorReport.MORE_HEAP_BYTES, null);
    assertThat(report.holds()).isTrue();
    assertThat(report.text()).contains("7 refusals", "82.0 MiB at the end").endsWith("\nheld");
    assertThat(report.json()).contains("\"holds\":true");
  }

  @Test
  void anythingElse_doesNot() {
    assertThat(report(99, 100, 100, 5, true, 0, null).holds()).isFalse();
    assertThat(report(100, 99, 100, 5, true, 0, null).holds()).isFalse();
    assertThat(report(100, 100, 101, 5, true, 0, null).holds()).isFalse();
    assertThat(report(100, 100, 100, 4, true, 0, null).holds()).isFalse();
    assertThat(report(100, 100, 100, 5, false, 0, null).holds()).isFalse();
    assertThat(report(100, 100, 100, 5, true, DoorReport.MORE_HEAP_BYTES + 1, null).holds())
        .isFalse();
    DoorReport failed = report(100, 100, 100, 5, true, 0, "request-3: 500");
    assertThat(failed.holds()).isFalse();
    assertThat(failed.text()).contains("first failure: request-3").endsWith("\nDID NOT HOLD");
  }
}
