/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;

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

  /**
   * The report of a cut.
   *
   * @param shown whose unit the layers' costs have
   * @param objective as on the command line
   * @param cut whether each layer is offloaded
   * @param others multiplications that the device does in any case
   */
  public static CutReport of(
      CutGraph graph,
      DeviceProfile profile,
      Objective shown,
      String objective,
      boolean[] cut,
      long others) {
    List<Line> lines = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < cut.length; i++) {
      CutLayer layer = graph.layers().get(i);
      boolean shared = seen.contains(layer.input());
      seen.add(layer.input());
      lines.add(
          new Line(
              layer.name(),
              layer.op(),
              shown.inUnits(profile.kept(layer.geometry())),
              shown.inUnits(profile.offloaded(layer.geometry())),
              shared ? 0 : shown.inUnits(profile.sent(layer.geometry().inputSize())),
              cut[i]));
    }
    return new CutReport(
        objective,
        profile.name(),
        profile.provenance(),
        shown.unit(),
        lines,
        total(graph, profile, graph.all(), others),
        total(graph, profile, cut, others),
        total(graph, profile, graph.none(), others));
  }

  private static Total total(CutGraph graph, DeviceProfile profile, boolean[] cut, long others) {
    int rounds = graph.rounds(cut);
    Cost cost = profile.others(others).plus(profile.round().times(rounds));
    double all = others;
    double offloaded = 0;
    for (int[] readers : graph.readers()) {
      if (Arrays.stream(readers).anyMatch(layer -> cut[layer])) {
        cost = cost.plus(profile.sent(graph.layers().get(readers[0]).geometry().inputSize()));
      }
    }
    for (int i = 0; i < cut.length; i++) {
      var g = graph.layers().get(i).geometry();
      all += g.macs();
      offloaded += cut[i] ? g.macs() : 0;
      cost = cost.plus(cut[i] ? profile.offloaded(g) : profile.kept(g));
    }
    return Total.of(rounds, all == 0 ? 0 : offloaded / all, cost);
  }

  /** For {@link #read}, in another process. */
  public void write(BodyWriter out) {
    out.string(objective).string(profile).string(provenance).string(unit).int32(layers.size());
    for (Line line : layers) {
      out.string(line.name()).string(line.op());
      number(out, line.onTheDevice(), line.atTheEdge(), line.itsTensor());
      out.int32(line.offloaded() ? 1 : 0);
    }
    for (Total total : List.of(everythingAtTheEdge, thisCut, allOnTheDevice)) {
      out.int32(total.rounds());
      number(out, total.offloadedShare(), total.latencyMillis(), total.deviceCpuMillis());
      number(out, total.bytes(), total.millijoules());
    }
  }

  /** What {@link #write} wrote. */
  public static CutReport read(BodyReader in) {
    return new CutReport(
        in.string(),
        in.string(),
        in.string(),
        in.string(),
        in.list(
            () ->
                new Line(
                    in.string(), in.string(), number(in), number(in), number(in), in.int32() != 0)),
        total(in),
        total(in),
        total(in));
  }

  private static Total total(BodyReader in) {
    return new Total(in.int32(), number(in), number(in), number(in), number(in), number(in));
  }

  private static void number(BodyWriter out, double... values) {
    for (double value : values) {
      out.int64(Double.doubleToLongBits(value));
    }
  }

  private static double number(BodyReader in) {
    return Double.longBitsToDouble(in.int64());
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
