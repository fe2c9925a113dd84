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

  @Test
  void passesThatComeOutOfOrder_standInOrder_eachWithItsRoundAndDigest() {
    for (int pass : new int[] {50, 20, 40, 10, 30, 60, 15}) {
      assertThat(open.add(pass, pass / 10, -pass)).isTrue();
    }
    int[] inOrder = {10, 15, 20, 30, 40, 50, 60};
    requireWindow(open, inOrder);
    assertThat(open.nextUnseen()).isEqualTo(61);
  }

  @Test
  void passesThatStay_keepTheirRoundsAndDigests_whenOthersLeave() {
    for (int pass = 10; pass <= 60; pass += 10) {
      open.add(pass, pass / 10, -pass);
    }
    open.raiseFloor(35);
    requireWindow(open, 40, 50, 60);
    assertThat(open.floor()).isEqualTo(35);
    open.raiseFloor(50);
    requireWindow(open, 50, 60);
    assertThat(open.floor()).isEqualTo(50);
  }

  private static void requireWindow(OpenPasses window, int... passes) {
    assertThat(window.size()).isEqualTo(passes.length);
    for (int i = 0; i < passes.length; i++) {
      assertThat(window.pass(i)).isEqualTo(passes[i]);
      assertThat(window.round(i)).isEqualTo(passes[i] / 10);
      assertThat(window.digest(i)).isEqualTo(-passes[i]);
      assertThat(window.find(passes[i])).isEqualTo(i);
    }
  }

  @Test
  void aPassBelowAFullWindow_closesTheGapBelowTheWindowToo() {
    for (int i = 0; i < OpenPasses.CAPACITY; i++) {
      open.add(FIRST + 10 + i, 0, i);
    }
    assertThat(open.floor()).isEqualTo(FIRST);
    assertThat(open.add(FIRST + 5, 0, 0)).isFalse();
    assertThat(open.floor()).isEqualTo(FIRST + 10);
    assertThat(open.size()).isEqualTo(OpenPasses.CAPACITY);
  }

  @Test
  void withoutAPass_theFloorIsTheNextOne() {
    assertThat(open.nextUnseen()).isEqualTo(FIRST);
    open.raiseFloor(FIRST + 1);
    assertThat(open.nextUnseen()).isEqualTo(FIRST + 1);
    assertThat(open.size()).isZero();
  }
}
