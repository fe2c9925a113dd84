/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.json;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.layering.Rooms;

class LayeringTest {
  @Test
  void packages_areInNoCycle() throws Exception {
    Rooms.checkModuleOf(Json.class);
  }
}
