/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.device.key.GroupKey;

class ChallengeTest {
  private static final ConvGeometry CONV =
      new ConvGeometry(2, 3, 40, 1, ConvAxis.centred(6, 3), ConvAxis.centred(5, 3));

  @Test
  void sameKeyLayerAndIndex_giveTheSameVectors() {
    Challenge first = draw(1, 5, 1);
    Challenge second = draw(1, 5, 1);
    assertThat(first.a()).isEqualTo(second.a());
    assertThat(first.b()).isEqualTo(second.b());
  }

  @Test
  void anotherKeyLayerOrIndex_givesOtherVectors() {
    Challenge one = draw(1, 5, 0);
    for (Challenge other : new Challenge[] {draw(2, 5, 0), draw(1, 6, 0), draw(1, 5, 1)}) {
      assertThat(other.a()).isNotEqualTo(one.a());
      assertThat(other.b()).isNotEqualTo(one.b());
    }
  }

  @Test
  void vectorsHaveTheLayersSizes_andAreCanonical() {
    Challenge challenge = draw(3, 0, 0);
    assertThat(challenge.a()).hasSize(40);
    assertThat(challenge.b()).hasSize(60);
    assertThat(Field31.allCanonical(challenge.a(), 0, 40)).isTrue();
    assertThat(Field31.allCanonical(challenge.b(), 0, 60)).isTrue();
  }

  @Test
  void aAndB_areIndependentStreams() {
    ConvGeometry square = ConvGeometry.of(1, 30, ConvAxis.pointwise(6), ConvAxis.pointwise(5));
    Challenge challenge = Challenge.draw(TestKeys.group(9), 0, 0, ResidueField.P31, square);
    assertThat(challenge.a()).hasSameSizeAs(challenge.b()).isNotEqualTo(challenge.b());
  }

  @Test
  void oneOutputPosition_hasAnAllOnesB() {
    Challenge challenge =
        Challenge.draw(
            TestKeys.group(1), 0, 0, ResidueField.P31, ConvGeometry.fullyConnected(1, 4, 6));
    assertThat(challenge.b()).containsExactly(1);
  }

  @Test
  void text_showsSizesOnly() {
    assertThat(draw(1, 0, 0)).hasToString("Challenge[channels=40, positions=60]");
  }

  @Test
  void indexBeyondTheDoubleCheck_isRefused() {
    try (GroupKey key = TestKeys.group(1)) {
      assertThatThrownBy(() -> Challenge.draw(key, 0, 2, ResidueField.P31, CONV))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("index 2");
    }
  }

  private static Challenge draw(int key, int layer, int index) {
    return Challenge.draw(TestKeys.group(key), layer, index, ResidueField.P31, CONV);
  }
}
