/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class IntArrayPoolTest {
  private final IntArrayPool pool = new IntArrayPool(2);

  @Test
  void anArray_hasTheLengthAskedFor_orMoreWhereThatWillDo() {
    int[] five = pool.take(5);
    int[] ten = pool.take(10);
    int[] twenty = pool.takeAtLeast(20);
    assertThat(five).hasSize(5);
    assertThat(twenty).hasSize(20);
    pool.give(twenty);
    pool.give(ten);
    pool.give(five);
    assertThat(pool.take(9)).as("none of exactly that length").hasSize(9);
    assertThat(pool.takeAtLeast(9)).as("the shortest").isSameAs(ten);
    assertThat(pool.takeAtLeast(9)).isSameAs(twenty);
    assertThat(pool.takeAtLeast(9)).as("nothing long enough is left").hasSize(9);
    assertThat(pool.take(5)).isSameAs(five);
  }

  @Test
  void theShortest_isFoundBehindLongerAndShorterOnes() {
    int[] ten = new int[10];
    pool.give(new int[5]);
    pool.give(ten);
    pool.give(new int[30]);
    pool.give(new int[20]);
    assertThat(pool.takeAtLeast(10)).isSameAs(ten);
  }

  @Test
  void ofALength_noMoreAreKeptThanAreNeeded() {
    int[] other = new int[6];
    int[] one = new int[5];
    int[] two = new int[5];
    int[] three = new int[5];
    pool.give(other);
    pool.give(one);
    pool.give(two);
    pool.give(three);
    assertThat(List.of(pool.take(5), pool.take(5))).allMatch(array -> array == one || array == two);
    int[] made = pool.take(5);
    assertThat(made != one && made != two && made != three).isTrue();
    assertThat(pool.take(6)).isSameAs(other);
  }

  @Test
  void anArrayWithoutElements_isKeptToo() {
    int[] none = new int[0];
    pool.give(none);
    assertThat(pool.take(0)).isSameAs(none);
  }
}
