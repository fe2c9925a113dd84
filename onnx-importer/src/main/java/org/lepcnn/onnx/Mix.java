/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;

/** The halves of a bundle that may not be wanted: without their hashes, which take time. */
public record Mix(EdgeHalf edge, DeviceHalf device) {
  public Plan plan() {
    return device.plan();
  }

  public ModelBundle bundle() {
    return ModelBundle.of(edge, device);
  }
}
