/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.layering.Rooms;
import org.lepcnn.core.onnxruntime.OneWayToSessions;

class LayeringTest {
  @Test
  void module_isAsDrawn() throws Exception {
    Rooms.checkModuleOf(PrivateCheck.class);
  }

  @Test
  void sessionsOfOnnxRuntime_areOpenedInOnePlace() throws Exception {
    OneWayToSessions.checkModuleOf(PrivateCheck.class);
  }
}
