/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class PictureRendererTest {
  @Test
  void picturesOfASeed_areTheseForEver() {
    // The JDK's rasterizer takes part; JDK 17 and JDK 25 draw the same.
    CRC32 sum = new CRC32();
    PictureRenderer renderer = new PictureRenderer(1);
    for (int i = 0; i < 140; i++) {
      sum.update(renderer.picture(i).pixels());
    }
    assertThat(sum.getValue()).isEqualTo(0x15E2D800L);
  }

  @Test
  void aPicture_dependsOnSeedAndIndexAlone() {
    PictureRenderer renderer = new PictureRenderer(5);
    byte[] first = renderer.picture(17).pixels();
    renderer.picture(3);
    assertThat(renderer.picture(17).pixels()).isEqualTo(first);
    assertThat(new PictureRenderer(5).picture(17).pixels()).isEqualTo(first);
    assertThat(new PictureRenderer(6).picture(17).pixels()).isNotEqualTo(first);
    assertThat(renderer.picture(87).pixels()).isNotEqualTo(first);
  }

  @Test
  void seventyPictures_showEachDigitInEachTypeface() {
    PictureRenderer renderer = new PictureRenderer(8);
    Map<Typeface, Set<Integer>> digits = new EnumMap<>(Typeface.class);
    for (int i = 0; i < 70; i++) {
      MeterPicture picture = renderer.picture(i);
      assertThat(picture.label()).isEqualTo(i % 10);
      digits.computeIfAbsent(picture.typeface(), any -> new HashSet<>()).add(picture.label());
    }
    assertThat(digits.keySet()).containsExactly(Typeface.values());
    assertThat(digits.values()).allSatisfy(set -> assertThat(set).hasSize(10));
  }

  @Test
  void picturesHaveContrast() {
    PictureRenderer renderer = new PictureRenderer(9);
    for (int i = 0; i < 200; i++) {
      int darkest = 255;
      int brightest = 0;
      for (byte pixel : renderer.picture(i).pixels()) {
        darkest = Math.min(darkest, pixel & 0xFF);
        brightest = Math.max(brightest, pixel & 0xFF);
      }
      assertThat(brightest - darkest).as("picture %d", i).isGreaterThan(40);
    }
  }

  @Test
  void copyTo_dividesUnsignedLevelsBy255() {
    byte[] pixels = new byte[MeterPicture.PIXELS];
    pixels[1] = (byte) 255;
    pixels[2] = (byte) 128;
    float[] input = new float[MeterPicture.PIXELS + 1];
    new MeterPicture(4, Typeface.THIN, pixels).copyTo(input, 1);
    assertThat(input).startsWith(0, 0, 1, 128 / 255f, 0);
  }

  @Test
  void negativeIndex_isRefused() {
    PictureRenderer renderer = new PictureRenderer(1);
    assertThatThrownBy(() -> renderer.picture(-1)).hasMessageContaining("-1");
  }
}
