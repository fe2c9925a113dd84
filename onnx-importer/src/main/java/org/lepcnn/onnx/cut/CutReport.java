/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.util.List;
import java.util.Locale;
import org.lepcnn.core.api.PublicApi;

/**
 * What a cut costs beside the two that need no choice, by a profile: a model, no measurement.
 *
 * @param objective what the cut makes least, as on the command line
 * @param profile its name
 * @param provenance where the profile's figures are from
 * @param unit of the layers' costs
 * @param layers that could go to the edge, in the model's order
 * @param everythingAtTheEdge all of them offloaded
 * @param thisCut as the bundle has it
 * @param allOnTheDevice none offloaded
 */
@PublicApi
public record CutReport(
    String objective,
    String profile,
    String provenance,
    String unit,
    List<Line> layers,
    Total everythingAtTheEdge,
    Total thisCut,
    Total allOnTheDevice) {

  public CutReport {
    layers = List.copyOf(layers);
  }

  /**
   * A layer.
   *
   * @param onTheDevice what it costs there
   * @param atTheEdge what its result costs, if the edge computes it
   * @param itsTensor what it costs to send its input; 0 for a layer behind the first that reads it
   */
  @PublicApi
  public record Line(
      String name,
      String op,
      double onTheDevice,
      double atTheEdge,
      double itsTensor,
      boolean offloaded) {}

  /**
   * What a pass costs.
   *
   * @param offloadedShare of the multiplications of all layers, as far as they are known
   */
  @PublicApi
  public record Total(
      int rounds,
      double offloadedShare,
      double latencyMillis,
      double deviceCpuMillis,
      double bytes,
      double millijoules) {

    static Total of(int rounds, double share, Cost cost) {
      double millis = 1e-6;
      return new Total(
          rounds,
          share,
          millis * cost.latencyNanos(),
          millis * cost.cpuNanos(),
          cost.bytes(),
          millis * cost.nanojoules());
    }
  }

  /** For people: a line a layer, then a line for each of the three. Ends with a line break. */
  public String text() {
    StringBuilder text = new StringBuilder();
    int width = layers.stream().mapToInt(line -> line.name().length()).max().orElse(0);
    width = Math.max(width, "layer".length());
    String row = "%-" + width + "s  %-14s  %13s  %11s  %10s  %s%n";
    text.append(
        String.format(
            Locale.ROOT,
            row,
            "layer",
            "operator",
            "on device, " + unit,
            "at edge, " + unit,
            "tensor, " + unit,
            ""));
    for (Line line : layers) {
      text.append(
          String.format(
              Locale.ROOT,
              row,
              line.name(),
              line.op(),
              number(line.onTheDevice()),
              number(line.atTheEdge()),
              line.itsTensor() == 0 ? "shared" : number(line.itsTensor()),
              line.offloaded() ? "offloaded" : "on the device"));
    }
    text.append(
        "Cut for %s, by the profile %s (%s). By that model, a pass takes:%n"
            .formatted(objective, profile, provenance));
    text.append(line("everything at the edge", everythingAtTheEdge));
    text.append(line("this cut", thisCut));
    text.append(line("all on the device", allOnTheDevice));
    if (thisCut.offloadedShare() == 0) {
      text.append(
          "Nothing pays: by that model this device had better run the network itself. The bundle"
              + " has 0 rounds.\n");
    }
    return text.toString();
  }

  private String line(String name, Total total) {
    return String.format(
        Locale.ROOT,
        "%-22s  %3d rounds, %6.2f %% offloaded; latency %s ms%s, device CPU %s ms%s, traffic %s MB,"
            + " energy %s mJ%n",
        name + ":",
        total.rounds(),
        100 * total.offloadedShare(),
        number(total.latencyMillis()),
        times(total.latencyMillis(), allOnTheDevice.latencyMillis()),
        number(total.deviceCpuMillis()),
        times(total.deviceCpuMillis(), allOnTheDevice.deviceCpuMillis()),
        number(total.bytes() * 1e-6),
        number(total.millijoules()));
  }

  private static String times(double value, double base) {
    return base == 0 ? "" : String.format(Locale.ROOT, " (%.2f)", value / base);
  }

  private static String number(double value) {
    if (value == 0) {
      return "0";
    }
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 1 ? "%.2f" : "%.3f", value);
  }
}
