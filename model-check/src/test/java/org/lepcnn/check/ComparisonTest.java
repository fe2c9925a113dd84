/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.lepcnn.device.stage.HostTensor;

class ComparisonTest {
  private static final Tolerance TOLERANCE = Tolerance.ofTarget(0.03);

  private static HostTensor floats(float... values) {
    return HostTensor.of(values, values.length);
  }

  private static HostTensor longs(long... values) {
    return HostTensor.of(values, values.length);
  }

  private static HostTensor texts(String... values) {
    return HostTensor.of(values, values.length);
  }

  private static boolean agree(HostTensor actual, HostTensor expected) {
    return Comparison.withFloat(Map.of("y", actual), Map.of("y", expected)).agrees(TOLERANCE);
  }

  @Test
  void floats_agreeWithinTheTolerance() {
    assertThat(agree(floats(1, 100), floats(3.9f, 100))).isTrue();
    assertThat(agree(floats(1, 100), floats(4.1f, 100))).isFalse();
    assertThat(agree(floats(0, 0), floats(0, 0))).isTrue();
    HostTensor doubles = HostTensor.of(new double[] {1, 2}, 2);
    assertThat(agree(doubles, doubles)).isTrue();
    assertThat(agree(doubles, HostTensor.of(new double[] {1, 3}, 2))).isFalse();
  }

  @Test
  void nan_agreesWithNothing_andAnInfinityWithItself() {
    assertThat(agree(floats(Float.NaN), floats(Float.NaN))).isFalse();
    assertThat(agree(floats(1, 2), floats(1, Float.NaN))).isFalse();
    assertThat(agree(floats(1, Float.NaN), floats(1, 2))).isFalse();
    float most = Float.POSITIVE_INFINITY;
    assertThat(agree(floats(1, most), floats(1, most))).isTrue();
    assertThat(agree(floats(1, most), floats(2, most))).isFalse();
    assertThat(agree(floats(1, -most), floats(1, most))).isFalse();
    assertThat(agree(floats(1, 3), floats(1, most))).isFalse();
  }

  @Test
  void wholeNumbersAndBooleans_areTheSame_orTheShareIsAsked() {
    assertThat(agree(longs(1L << 60), longs(1L << 60))).isTrue();
    assertThat(agree(longs((1L << 60) + 1), longs(1L << 60))).isFalse();
    HostTensor yes = HostTensor.ofBytes(HostTensor.BOOL, new byte[] {1}, 1);
    HostTensor no = HostTensor.ofBytes(HostTensor.BOOL, new byte[] {0}, 1);
    assertThat(agree(yes, yes)).isTrue();
    assertThat(agree(yes, no)).isFalse();
    Comparison half = Comparison.withFloat(Map.of("y", longs(1, 2)), Map.of("y", longs(1, 3)));
    assertThat(half.error()).isEqualTo(0.5);
    assertThat(half.differing(ElementKind.WHOLE)).isEqualTo(1);
    assertThat(half.agrees(TOLERANCE)).isFalse();
    assertThat(half.agrees(Tolerance.ofBoth(0.5))).isTrue();
  }

  @Test
  void everyOutput_isCompared_andNothingIsNoAgreement() {
    Map<String, HostTensor> actual = new LinkedHashMap<>();
    actual.put("large", floats(1000));
    actual.put("small", floats(1));
    Map<String, HostTensor> expected = Map.of("large", floats(1000), "small", floats(2));
    Comparison both = Comparison.withFloat(actual, expected);
    assertThat(both.agrees(TOLERANCE)).isFalse();
    assertThat(both.error()).isEqualTo(0.5);
    assertThat(both.worstReal().name()).isEqualTo("small");
    assertThat(Comparison.withFloat(actual, Map.of()).agrees(TOLERANCE)).isFalse();
    assertThat(Comparison.withFloat(Map.of(), expected).agrees(TOLERANCE)).isFalse();
    assertThat(agree(floats(1), floats(1, 1))).isFalse();
    assertThat(agree(longs(1), floats(1))).isFalse();
  }

  @Test
  void texts_areTheSame_orNot() {
    HostTensor names = texts("cat", "dog");
    assertThat(agree(names, texts("cat", "dog"))).isTrue();
    assertThat(agree(names, texts("cat", "Dog"))).isFalse();
    assertThat(agree(names, longs(1, 2))).isFalse();
    assertThat(agree(longs(1, 2), names)).isFalse();
    assertThat(summary(names, texts("cat", "cow"), -1).text())
        .contains("1 of 2 texts differ: DISAGREES", "OFF 1 of 2 texts differ");
    assertThat(summary(names, names, -1).text())
        .contains("every text the same as in float.", "0 of 2 texts differ", "stored outputs agree")
        .doesNotContain("same answer", "none is stored");
  }

  @Test
  void storedOutputs_areComparedByTheirNumbers_asManyAsThereAre() {
    Map<String, HostTensor> actual = new LinkedHashMap<>();
    actual.put("z", floats(1));
    actual.put("a", longs(2));
    actual.put("b", texts("cat"));
    assertThat(Comparison.withStored(actual, new TreeMap<>()).isEmpty()).isTrue();
    assertThat(stored(actual, Map.of(0, floats(1)))).isTrue();
    assertThat(stored(actual, Map.of(0, floats(1), 1, longs(2)))).isTrue();
    assertThat(stored(actual, Map.of(0, floats(1), 1, longs(3)))).isFalse();
    assertThat(stored(actual, Map.of(0, floats(1), 2, texts("cat")))).isTrue();
    assertThat(stored(actual, Map.of(0, floats(1), 2, texts("cow")))).isFalse();
    assertThat(stored(actual, Map.of(0, floats(1), 3, floats(1)))).isFalse();
    CheckLine line =
        CheckLine.compare(
            "gap",
            new CheckedInput(true, true, actual, null),
            actual,
            new TreeMap<>(Map.of(0, floats(1), 2, texts("cat"))),
            -1);
    assertThat(line.text(TOLERANCE)).contains("stored outputs agree (none is stored of a)");
    assertThat(line.told(TOLERANCE).outputs())
        .extracting(CheckLine.ToldOutput::agreesWithStored)
        .containsExactly(true, null, true);
  }

  private static boolean stored(Map<String, HostTensor> actual, Map<Integer, HostTensor> byNumber) {
    return Comparison.withStored(actual, new TreeMap<>(byNumber)).agrees(TOLERANCE);
  }

  @Test
  void answer_isTheLabel_orTheLargestScore_orNone() {
    Map<String, HostTensor> both = new LinkedHashMap<>();
    both.put("scores", floats(0.2f, 0.7f, 0.1f));
    assertThat(TopAnswer.of(both)).isEqualTo(new TopAnswer(1, "", 0.7f));
    both.put("label", longs(9));
    assertThat(TopAnswer.of(both)).isEqualTo(new TopAnswer(9, "", 0.7f));
    assertThat(TopAnswer.of(Map.of("label", longs(4))).label()).isEqualTo(4);
    both.put("name", texts("cat"));
    assertThat(TopAnswer.of(both)).isEqualTo(new TopAnswer(9, "cat", 0.7f));
    assertThat(TopAnswer.of(Map.of("name", texts("cat"))).isThere()).isTrue();
    assertThat(TopAnswer.of(Map.of("names", texts("cat", "cow"))).isThere()).isFalse();
    assertThat(summary(texts("cat"), texts("cow"), -1).text())
        .contains("top-1 differs", "the same answer as float on 0.00 %");
    HostTensor bytes = HostTensor.ofBytes(HostTensor.UINT8, new byte[] {3, (byte) 200}, 2);
    assertThat(TopAnswer.of(Map.of("y", bytes))).isEqualTo(new TopAnswer(1, "", 200));
    HostTensor row = HostTensor.of(new float[] {1, 2, 3}, 1, 3, 1, 1);
    assertThat(TopAnswer.of(Map.of("y", row)).label()).isEqualTo(2);
    HostTensor rows = HostTensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    HostTensor nan = floats(1, Float.NaN);
    for (HostTensor none : List.of(floats(3), longs(1, 2), nan, floats(Float.NaN, 1), rows)) {
      assertThat(TopAnswer.of(Map.of("y", none)).isThere()).isFalse();
    }
  }

  private static CheckSummary summary(HostTensor actual, HostTensor expected, long label) {
    Map<String, HostTensor> outputs = Map.of("y", actual);
    CheckedInput checked = new CheckedInput(true, true, outputs, null);
    CheckLine line =
        CheckLine.compare(
            "one", checked, Map.of("y", expected), new TreeMap<>(Map.of(0, expected)), label);
    return new CheckSummary(List.of(line), TOLERANCE);
  }

  @Test
  void text_claimsOnlyWhatWasCompared() {
    assertThat(summary(floats(1, 2), floats(1, 2), -1).text())
        .contains("every output within 0.03 of float; the same answer as float on 100.00 %");
    assertThat(summary(longs(1, 2), longs(1, 2), -1).text())
        .contains("every whole number the same as in float.", "0 of 2 whole numbers differ")
        .doesNotContain("within", "same answer");
    assertThat(summary(longs(1, 2), longs(1, 3), -1).text())
        .contains("1 DISAGREE with float, 1 with the stored outputs.")
        .contains("stored outputs OFF 1 of 2 whole numbers differ");
    assertThat(summary(floats(1, 2), floats(1, 3), -1).text())
        .contains("1 DISAGREE with float by more than 0.03", "stored outputs OFF by 0.33");
  }

  @Test
  void emptyOutputs_areSaidToBe_andNoAgreementIsClaimed() {
    CheckSummary empty = summary(floats(), floats(), -1);

    assertThat(empty.text())
        .contains("nothing to compare, the outputs are empty")
        .contains("nothing was compared with float")
        .doesNotContain("same answer", "within");
    assertThat(new PrecisionSearch.Sample(Map.of(), Map.of("y", floats())).tellsSomething())
        .isFalse();
    assertThat(new PrecisionSearch.Sample(Map.of(), Map.of("y", longs(1))).tellsSomething())
        .isTrue();
  }

  @Test
  void labels_needAnAnswerToBeHeldAgainst() {
    assertThat(summary(floats(1, 2), floats(1, 2), 1).text()).contains("accuracy 100.00 % private");
    assertThat(summary(longs(1, 2), longs(1, 2), 1).text())
        .contains("no output names an answer")
        .doesNotContain("accuracy");
  }
}
