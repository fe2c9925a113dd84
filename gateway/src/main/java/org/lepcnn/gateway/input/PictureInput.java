/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Preprocessing;
import org.lepcnn.gateway.picture.PictureReader;
import org.lepcnn.gateway.picture.PictureSettings.Preset;

/** A picture as the input of a model, as its bundle says, or else as {@link Preset#RAW255} does. */
final class PictureInput {
  private PictureInput() {}

  /**
   * What reads pictures for an input.
   *
   * @param preprocessing null where the bundle has none
   */
  static PictureReader reader(ValueSpec spec, Preprocessing preprocessing) {
    return PictureReader.of(
        preprocessing == null ? Preset.RAW255.settings().of(spec) : preprocessing, spec);
  }
}
