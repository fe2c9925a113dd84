/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.onnxruntime.OneWayToSessions;
import org.lepcnn.device.session.PrivateSession;

class LayeringTest {
  @Test
  void sessionsOfOnnxRuntime_areOpenedInOnePlace() throws Exception {
    OneWayToSessions.checkModuleOf(PrivateSession.class);
  }
}
