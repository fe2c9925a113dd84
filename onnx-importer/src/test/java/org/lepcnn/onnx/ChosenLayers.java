/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.nio.file.Path;
import java.util.List;
import org.lepcnn.onnx.plan.OffloadedLayer;

/** The layers of a model that go to the edge, for tests of what is done with them. */
public final class ChosenLayers {
  private ChosenLayers() {}

  /** In the model's order. */
  public static List<OffloadedLayer> of(Path onnx) {
    return ModelImporter.prepare(onnx, ImportOptions.defaults()).offloadedLayers();
  }
}
