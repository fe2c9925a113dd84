/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.cut.BuiltInProfiles;
import org.lepcnn.onnx.cut.CutLimits;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.Objective;
import org.lepcnn.onnx.cut.ProfileFile;
import org.lepcnn.onnx.plan.OffloadPolicy;
import picocli.CommandLine.Option;

/** The options that say which layers go to the edge. */
final class CutArguments {
  private static final String OFFLOADED = "offloaded";
  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})([KMG]?)B?");
  private static final int KIBI = 10;

  @Option(
      names = "--optimise",
      paramLabel = "offloaded|latency|device-cpu|traffic|energy",
      defaultValue = OFFLOADED,
      description =
          "offloaded: offload as much as --offload and --min-round-work say. The others: the cut of the"
              + " network at which a device of that --profile needs the least time for a pass, the"
              + " least processor time, traffic or energy; if nothing pays, nothing is offloaded."
              + " Default: offloaded.")
  private String optimise;

  @Option(
      names = "--profile",
      paramLabel = "NAME|FILE",
      description =
          "What everything costs the device: a file from 'lepcnn device profile', or a built-in one:"
              + " x86-avx512, cortex-a76, cortex-a72, cortex-a53. With it the report says what the cut"
              + " costs. Default: cortex-a72 where one is needed.")
  private String profile;

  @Option(
      names = "--max-rounds",
      paramLabel = "N",
      description = "For a cut: at most so many rounds. Default: any number.")
  private Integer maxRounds;

  @Option(
      names = "--device-memory",
      paramLabel = "SIZE",
      description =
          "For a cut: the layers that could go to the edge and stay have at most so many bytes of"
              + " weights, such as 512K or 64M. Default: any number.")
  private String deviceMemory;

  @Option(
      names = "--offload",
      paramLabel = "auto|all",
      description =
          "auto: offload the layers with enough multiplications to be worth moving their tensors;"
              + " all: offload every linear layer. Default: auto.")
  private String offload;

  @Option(
      names = "--min-round-work",
      paramLabel = "N",
      description =
          "A round that would carry fewer than N multiplications is left out: its layers stay on the"
              + " device. Default: 100000 in passes of more than 16 rounds; 0 in shorter ones, and"
              + " with --offload all.")
  private Long minRoundWork;

  private DeviceProfile device;

  /** The policy that the options ask for. */
  OffloadPolicy policy() {
    profile(); // what is wrong with it is said before anything is done
    return optimise.equalsIgnoreCase(OFFLOADED) ? asMuch() : cut();
  }

  /** Whose costs are told; null when nobody asked. */
  DeviceProfile profile() {
    if (device == null && profile != null) {
      device = ProfileFile.named(profile);
    }
    if (device == null && !optimise.equalsIgnoreCase(OFFLOADED)) {
      device = ProfileFile.named(BuiltInProfiles.DEFAULT);
    }
    return device;
  }

  private OffloadPolicy asMuch() {
    if (maxRounds != null || deviceMemory != null) {
      throw BadInputException.about(
              "Reading the options: --max-rounds and --device-memory go with --optimise latency,"
                  + " device-cpu, traffic or energy")
          .found(optimise);
    }
    OffloadPolicy policy =
        switch (offload == null ? "auto" : offload.toLowerCase(Locale.ROOT)) {
          case "auto" -> OffloadPolicy.AUTO;
          case "all" -> OffloadPolicy.ALL;
          default ->
              throw BadInputException.about("Reading the option --offload")
                  .expected("auto or all")
                  .found(offload);
        };
    if (minRoundWork == null) {
      return policy;
    }
    if (minRoundWork < 0) {
      throw BadInputException.about("Reading the option --min-round-work")
          .expected("a number of multiplications, at least 0")
          .found(minRoundWork);
    }
    return policy.withMinRoundWork(minRoundWork);
  }

  private OffloadPolicy cut() {
    Objective objective = Objective.of(optimise);
    if (offload != null || minRoundWork != null) {
      throw BadInputException.about(
              "Reading the options: --offload and --min-round-work go with --optimise offloaded")
          .found(optimise, "A cut decides by what layers and rounds cost the device.");
    }
    CutLimits limits =
        new CutLimits(
            maxRounds == null ? OptionalInt.empty() : OptionalInt.of(maxRounds),
            deviceMemory == null ? OptionalLong.empty() : OptionalLong.of(bytes(deviceMemory)));
    return new OffloadPolicy.Optimise(objective, profile(), limits);
  }

  private static long bytes(String size) {
    Matcher matcher = SIZE.matcher(size.toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw BadInputException.about("Reading the option --device-memory")
          .expected("a number of bytes, such as 65536, 512K, 64M or 1G")
          .found(size);
    }
    int power = matcher.group(2).isEmpty() ? 0 : 1 + "KMG".indexOf(matcher.group(2));
    double bytes = Math.scalb((double) Long.parseLong(matcher.group(1)), KIBI * power);
    return (long) Math.min(bytes, Long.MAX_VALUE);
  }
}
