/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.layering.Rooms;

class LayeringTest {
  @Test
  void module_isAsDrawn() throws Exception {
    Rooms.checkModuleOf(CampaignCommand.class);
  }
}
