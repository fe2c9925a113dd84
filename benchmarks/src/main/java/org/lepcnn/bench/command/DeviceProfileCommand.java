/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.lepcnn.bench.DeviceMeasurement;
import org.lepcnn.bench.report.Machine;
import org.lepcnn.command.Output;
import org.lepcnn.command.Subcommand;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.json.Json;
import org.lepcnn.json.Result;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.DeviceProfile.Elements;
import org.lepcnn.onnx.cut.DeviceProfile.Transport;
import org.lepcnn.onnx.cut.ProfileFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn device profile}. */
@Command(
    name = "profile",
    description = {
      "Measure what private inference costs this device, for import --profile. Takes a minute or"
          + " two.",
      "Run it on the device, with nothing else running."
    })
public final class DeviceProfileCommand implements Subcommand, Callable<Integer> {
  @Mixin private Output output;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The file to write.")
  private Path file;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "this-device",
      description = "The profile's name. Default: this-device.")
  private String name;

  @Option(
      names = "--others-of",
      paramLabel = "NAME|FILE",
      defaultValue = "x86-avx512",
      description =
          "The profile from which transport, edge and energy are taken, which are not measured."
              + " Default: x86-avx512.")
  private String others;

  @Option(
      names = "--round-micros",
      paramLabel = "US",
      description = "How long a round takes whatever it carries. Default: as --others-of.")
  private Double roundMicros;

  @Option(
      names = "--latency-nanos-per-byte",
      paramLabel = "NS",
      description = "How much longer for each byte of a residue. Default: as --others-of.")
  private Double latencyNanosPerByte;

  @Option(
      names = "--cpu-nanos-per-byte",
      paramLabel = "NS",
      description = "The device's processor time for each. Default: as --others-of.")
  private Double cpuNanosPerByte;

  /**
   * What was measured.
   *
   * @param suites with each suite's ciphers; the profile has those of {@code best}
   * @param best the suite that costs this device less
   */
  private record Written(
      DeviceProfile profile, Map<CipherSuite, Elements> suites, CipherSuite best, Path file)
      implements Result {
    @Override
    public String json() {
      Map<String, Object> members = ProfileFile.members(profile);
      Map<String, Elements> bySuite = new LinkedHashMap<>();
      suites.forEach((suite, elements) -> bySuite.put(suite.toString(), elements));
      members.put("suites", bySuite);
      members.put("suite", best.toString());
      return Json.write(members);
    }

    private String suitesText() {
      StringBuilder text = new StringBuilder();
      suites.forEach(
          (suite, elements) ->
              text.append(
                  String.format(
                      Locale.ROOT,
                      "Cipher suite %s: mask %.2f, open %.2f.%n",
                      suite,
                      elements.maskNanosPerElement(),
                      elements.openNanosPerResult())));
      return text + "Provision this device with --suite " + best + ".\n";
    }

    @Override
    public String text() {
      return String.format(
          Locale.ROOT,
          "%sThe profile is of that suite. ns an element: mask %.2f, check %.2f; a result: open"
              + " %.2f, unmask %.2f, stage %.2f.%nns a multiplication: 3×3 %.4f, 1×1 %.4f,"
              + " depthwise %.4f; a weight, fully connected: %.3f.%n%s.%nWrote %s.",
          suitesText(),
          profile.device().maskNanosPerElement(),
          profile.device().checkNanosPerElement(),
          profile.device().openNanosPerResult(),
          profile.device().unmaskNanosPerResult(),
          profile.device().stageNanosPerResult(),
          profile.plain().convolutionNanosPerMultiplication(),
          profile.plain().pointwiseNanosPerMultiplication(),
          profile.plain().depthwiseNanosPerMultiplication(),
          profile.plain().weightNanos(),
          profile.provenance(),
          file);
    }
  }

  @Override
  public String parent() {
    return "device";
  }

  @Override
  public Integer call() {
    DeviceProfile given = ProfileFile.named(others);
    Transport transport =
        new Transport(
            or(roundMicros, given.transport().roundMicros()),
            or(latencyNanosPerByte, given.transport().latencyNanosPerByte()),
            or(cpuNanosPerByte, given.transport().cpuNanosPerByte()));
    boolean stated = roundMicros != null || latencyNanosPerByte != null || cpuNanosPerByte != null;
    Map<CipherSuite, Elements> suites = DeviceMeasurement.elements(output::progress);
    CipherSuite best = best(suites);
    String provenance =
        "measured on %s with cipher suite %s; %s of %s"
            .formatted(
                Machine.here("").processor(),
                best,
                stated ? "transport as given; edge and energy" : "transport, edge and energy",
                given.name());
    DeviceProfile profile =
        new DeviceProfile(
            name,
            provenance,
            suites.get(best),
            DeviceMeasurement.plain(output::progress),
            given.edge(),
            transport,
            given.energy());
    AtomicFiles.write(file, ProfileFile.text(profile).getBytes(StandardCharsets.UTF_8));
    output.result(new Written(profile, suites, best, file));
    return 0;
  }

  /** The first of those that cost least for an element masked and a result opened. */
  private static CipherSuite best(Map<CipherSuite, Elements> suites) {
    return suites.keySet().stream()
        .min(
            Comparator.comparingDouble(
                suite ->
                    suites.get(suite).maskNanosPerElement()
                        + suites.get(suite).openNanosPerResult()))
        .orElseThrow();
  }

  private static double or(Double stated, double otherwise) {
    return stated == null ? otherwise : stated;
  }
}
