/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lepcnn.cli.AcceptanceData.Picture;

class PictureVariantTest {
  /** Two rows of three pixels of two channels. */
  private static final Picture PICTURE =
      new Picture(new int[] {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 250, 255}, 2, 3, 2, 7);

  @Test
  void everyVariant_keepsShapeAndLabel() {
    for (PictureVariant variant : PictureVariant.values()) {
      Picture changed = variant.of(PICTURE);
      assertThat(changed.label()).isEqualTo(7);
      assertThat(changed.pixels()).hasSize(12).isNotEqualTo(PICTURE.pixels());
      assertThat(changed.height() * 10 + changed.width()).isEqualTo(23);
    }
  }

  @Test
  void values_areMovedOrScaled() {
    assertThat(PictureVariant.MIRRORED.of(PICTURE).pixels())
        .containsExactly(50, 60, 30, 40, 10, 20, 250, 255, 90, 100, 70, 80);
    assertThat(PictureVariant.SHIFTED.of(PICTURE).pixels())
        .containsExactly(10, 20, 10, 20, 10, 20, 10, 20, 10, 20, 10, 20);
    assertThat(PictureVariant.DARKER.of(PICTURE).pixels())
        .containsExactly(9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 225, 230);
    assertThat(PictureVariant.BRIGHTER.of(PICTURE).pixels())
        .containsExactly(11, 22, 33, 44, 55, 66, 77, 88, 99, 110, 255, 255);
  }
}
