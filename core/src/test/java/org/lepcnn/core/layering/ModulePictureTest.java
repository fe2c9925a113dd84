/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.layering;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ModulePictureTest {
  @Test
  void picture_isWhatThePomsSay() throws Exception {
    assertThat(ModulePicture.drawn().arrows()).isEqualTo(ModulePicture.built());
  }

  @Test
  void everyModule_hasARow() throws Exception {
    assertThat(ModulePicture.drawn().packages().keySet()).isEqualTo(ModulePicture.built().keySet());
  }

  @Test
  void ownModule_holdsOnlyItsPackages() throws Exception {
    Rooms.checkModuleOf(org.lepcnn.core.text.Printable.class);
  }
}
