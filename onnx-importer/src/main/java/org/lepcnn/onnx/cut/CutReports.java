/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.linear.ConvGeometry;

/** Makes reports of cuts, and hands them from one process to another. */
public final class CutReports {
  private CutReports() {}

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
    List<CutReport.Line> lines = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < cut.length; i++) {
      CutLayer layer = graph.layers().get(i);
      boolean shared = seen.contains(layer.input());
      seen.add(layer.input());
      lines.add(
          new CutReport.Line(
              layer.name(),
              layer.op(),
              shown.inUnits(profile.kept(layer.geometry())),
              shown.inUnits(profile.offloaded(layer)),
              shared ? 0 : shown.inUnits(profile.sent(layer)),
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

  private static CutReport.Total total(
      CutGraph graph, DeviceProfile profile, boolean[] cut, long others) {
    int rounds = graph.rounds(cut);
    Cost cost = profile.others(others).plus(profile.round().times(rounds));
    double all = others;
    double offloaded = 0;
    for (int[] readers : graph.readers()) {
      if (Arrays.stream(readers).anyMatch(layer -> cut[layer])) {
        cost = cost.plus(profile.sent(graph.layers().get(readers[0])));
      }
    }
    for (int i = 0; i < cut.length; i++) {
      CutLayer layer = graph.layers().get(i);
      ConvGeometry g = layer.geometry();
      all += g.macs();
      offloaded += cut[i] ? g.macs() : 0;
      cost = cost.plus(cut[i] ? profile.offloaded(layer) : profile.kept(g));
    }
    return CutReport.Total.of(rounds, all == 0 ? 0 : offloaded / all, cost);
  }

  /** For {@link #read}, in another process. */
  public static void write(CutReport report, BodyWriter out) {
    out.string(report.objective()).string(report.profile()).string(report.provenance());
    out.string(report.unit()).int32(report.layers().size());
    for (CutReport.Line line : report.layers()) {
      out.string(line.name()).string(line.op());
      number(out, line.onTheDevice(), line.atTheEdge(), line.itsTensor());
      out.int32(line.offloaded() ? 1 : 0);
    }
    for (CutReport.Total total :
        List.of(report.everythingAtTheEdge(), report.thisCut(), report.allOnTheDevice())) {
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
                new CutReport.Line(
                    in.string(), in.string(), number(in), number(in), number(in), in.int32() != 0)),
        total(in),
        total(in),
        total(in));
  }

  private static CutReport.Total total(BodyReader in) {
    return new CutReport.Total(
        in.int32(), number(in), number(in), number(in), number(in), number(in));
  }

  private static void number(BodyWriter out, double... values) {
    for (double value : values) {
      out.int64(Double.doubleToLongBits(value));
    }
  }

  private static double number(BodyReader in) {
    return Double.longBitsToDouble(in.int64());
  }
}
