/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.geom.AffineTransform;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TypefaceTest {
  @Test
  void everyDigitOfEveryTypeface_looksDifferent() {
    List<float[]> masks = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Typeface typeface : Typeface.values()) {
      for (int digit = 0; digit < 10; digit++) {
        masks.add(mask(typeface, digit));
        names.add(typeface + " " + digit);
      }
    }
    for (int i = 0; i < masks.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertThat(distance(masks.get(i), masks.get(j)))
            .as("pixels between %s and %s", names.get(i), names.get(j))
            .isGreaterThan(8);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDigit_liesInTheMiddleOfTheWindow(Typeface typeface) {
    for (int digit = 0; digit < 10; digit++) {
      float[] mask = mask(typeface, digit);
      double ink = 0;
      double border = 0;
      for (int i = 0; i < mask.length; i++) {
        int x = i % MeterPicture.SIZE;
        int y = i / MeterPicture.SIZE;
        ink += mask[i];
        // A wide serif may just reach it.
        border += Math.min(x, 31 - x) < 2 || Math.min(y, 31 - y) < 2 ? mask[i] : 0;
      }
      assertThat(ink).as("%s %d", typeface, digit).isBetween(25.0, 400.0);
      assertThat(border).as("%s %d", typeface, digit).isLessThan(1);
    }
  }

  @Test
  void whatIsNotADigit_isRefused() {
    assertThatThrownBy(() -> Typeface.ITALIC.outline(10, 1)).hasMessageContaining("found 10");
  }

  @Test
  void unknownPathCommand_isRefused() {
    assertThatThrownBy(() -> PathReader.read("M 0 0 Q 1 1")).hasMessageContaining("'Q'");
  }

  private static float[] mask(Typeface typeface, int digit) {
    AffineTransform placing = AffineTransform.getTranslateInstance(16, 16);
    placing.scale(0.22, 0.22);
    Mask mask = new Mask();
    mask.fill(placing.createTransformedShape(typeface.outline(digit, 1)));
    return mask.coverage();
  }

  private static double distance(float[] first, float[] second) {
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += Math.abs(first[i] - second[i]);
    }
    return sum;
  }
}
