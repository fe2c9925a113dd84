/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.cut.CutLimits;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.Objective;
import org.lepcnn.onnx.cut.ProfileFile;
import org.lepcnn.onnx.plan.OffloadPolicy;
import picocli.CommandLine.Option;

/** Against which profile a benchmark is held, and which cut it runs. */
final class ProfileOption {
  @Option(
      names = "--profile",
      paramLabel = "NAME|FILE",
      description =
          "Also print what this profile of the machine predicts: a file from 'lepcnn device"
              + " profile', or a built-in one. Default: none.")
  private String profile;

  @Option(
      names = "--optimise",
      paramLabel = "latency|device-cpu|energy",
      description =
          "Measure the cut that --profile makes for this, as import's option. Default: what import"
              + " offloads without it.")
  private String objective;

  /** The profile; null when none is named. */
  DeviceProfile read() {
    return profile == null ? null : ProfileFile.named(profile);
  }

  /** What goes to the edge. */
  OffloadPolicy policy() {
    if (objective == null) {
      return OffloadPolicy.auto();
    }
    if (profile == null) {
      throw BadInputException.about("Reading the option --optimise")
          .expected("a --profile of the machine")
          .found("none", "Measure one with 'lepcnn device profile', or name a built-in one.");
    }
    return new OffloadPolicy.Optimise(Objective.of(objective), read(), CutLimits.NONE);
  }
}
