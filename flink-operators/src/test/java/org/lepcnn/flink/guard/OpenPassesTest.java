/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenPassesTest {
  private static final int FIRST = 10;

  private final OpenPasses open = new OpenPasses(FIRST);

  private void fill() {
    for (int i = 0; i < OpenPasses.CAPACITY; i++) {
      assertThat(open.add(FIRST + i, 0, i)).isTrue();
    }
  }

  @Test
  void theFloor_staysWhereItIs_whileTheWindowHasRoom() {
    fill();
    assertThat(open.floor()).isEqualTo(FIRST);
    assertThat(open.size()).isEqualTo(OpenPasses.CAPACITY);
    assertThat(open.nextUnseen()).isEqualTo(FIRST + OpenPasses.CAPACITY);
  }

  @Test
  void aPassThatLeavesTheFullWindow_isBelowTheFloorFromThenOn() {
    fill();
    assertThat(open.add(1_000, 0, 0)).isTrue();
    assertThat(open.floor()).isEqualTo(FIRST + 1);
    assertThat(open.find(FIRST)).isNegative();
    assertThat(open.size()).isEqualTo(OpenPasses.CAPACITY);
  }

  @Test
  void aPassBelowAFullWindow_isNotTaken_andClosesWhatIsBelow() {
    fill();
    assertThat(open.add(FIRST - 5, 0, 0)).isFalse();
    assertThat(open.floor()).isEqualTo(FIRST);
    assertThat(open.find(FIRST - 5)).isNegative();
  }

  @Test
  void aHigherFloor_dropsWhatIsBelowIt_aLowerOneChangesNothing() {
    fill();
    open.raiseFloor(FIRST + 3);
    assertThat(open.floor()).isEqualTo(FIRST + 3);
    assertThat(open.size()).isEqualTo(OpenPasses.CAPACITY - 3);
    assertThat(open.pass(0)).isEqualTo(FIRST + 3);
    assertThat(open.digest(0)).isEqualTo(3);
    open.raiseFloor(FIRST);
    assertThat(open.floor()).isEqualTo(FIRST + 3);
    assertThat(open.size()).isEqualTo(OpenPasses.CAPACITY - 3);
  }
}
