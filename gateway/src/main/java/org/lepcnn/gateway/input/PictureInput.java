/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.nio.file.Path;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Preprocessing;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.picture.PictureReader;
import org.lepcnn.gateway.picture.PictureSettings.Preset;

/** A picture as the input of a model, as its bundle says, or else as {@link Preset#RAW255} does. */
final class PictureInput {
  private PictureInput() {}

  /**
   * Reads a picture for an input.
   *
   * @param preprocessing null where the bundle has none
   */
  static HostTensor read(Path path, ValueSpec spec, Preprocessing preprocessing) {
    Preprocessing how = preprocessing == null ? Preset.RAW255.settings().of(spec) : preprocessing;
    return PictureReader.of(how, spec).read(path);
  }
}
