/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.ProfileFile;
import picocli.CommandLine.Option;

/** Against which profile a benchmark is held. */
final class ProfileOption {
  @Option(
      names = "--profile",
      paramLabel = "NAME|FILE",
      description =
          "Also print what this profile of the machine predicts: a file from 'lepcnn device profile',"
              + " or a built-in one. Default: none.")
  private String profile;

  /** The profile; null when none is named. */
  DeviceProfile read() {
    return profile == null ? null : ProfileFile.named(profile);
  }
}
