/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.lepcnn.bench.measure.BenchDevice;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.measure.PlainModel;
import org.lepcnn.bench.measure.ThreadMeter;
import org.lepcnn.bench.measure.Timing;
import org.lepcnn.bench.report.BarChart;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.bench.report.BenchTable;
import org.lepcnn.bench.report.Figure;
import org.lepcnn.bench.report.Machine;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.pass.PassTimings;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.vector.VectorUnit;
import org.lepcnn.onnx.cut.CutReport;
import org.lepcnn.onnx.cut.DeviceProfile;

/**
 * What a private pass costs the device, against running the network in the open there.
 *
 * <p>A real session with durable state, sealed tables and the integrity check on runs against an
 * edge on a thread of its own. CPU time and allocation are those of the session's threads; the
 * baseline is ONNX Runtime with one thread. The steps' times are those that the session reports.
 */
public final class DeviceBenchmark {
  private static final String SESSION_THREADS = "lepcnn-pass-";

  /** Private passes, then as many plain runs: no device runs the network in the open in between. */
  private static final int BLOCK = 10;

  private final BenchModel model;
  private final Options options;
  private final Consumer<String> steps;

  private final List<PassTimings> timings = new ArrayList<>();
  private final List<Double> privateCpu = new ArrayList<>();
  private final List<Double> privateBytes = new ArrayList<>();
  private final List<Double> plainCpu = new ArrayList<>();
  private final List<Double> stagesCpu = new ArrayList<>();
  private final List<Double> stagesBytes = new ArrayList<>();

  /**
   * How to measure.
   *
   * @param kernel of the edge; null for the fastest
   * @param suite the device's ciphers
   * @param warmUp passes that do not count
   * @param passes that do
   */
  public record Options(String kernel, CipherSuite suite, int warmUp, int passes) {}

  private DeviceBenchmark(BenchModel model, Options options, Consumer<String> steps) {
    this.model = model;
    this.options = options;
    this.steps = steps;
  }

  /** Measures; what it finds is not written anywhere yet. */
  public static BenchResult run(BenchModel model, Options options, Consumer<String> steps) {
    return new DeviceBenchmark(model, options, steps).run();
  }

  private BenchResult run() {
    KernelProvider provider = Kernels.choose(options.kernel());
    Map<String, HostTensor> input = model.input();
    int passes = options.warmUp() + options.passes();
    try (BenchDevice device = BenchDevice.create(model, provider, options.suite());
        EdgeOnItsOwnThread edge =
            new EdgeOnItsOwnThread(new InProcessEdge(model.bundle().edge(), provider));
        PlainModel plain = PlainModel.open(model.onnx(), 1, input);
        StagesAlone stages = new StagesAlone(model.bundle().device(), input)) {
      steps.accept("device: making tables for " + passes + " passes");
      device.makeTables(0, passes, Runtime.getRuntime().availableProcessors());
      try (PrivateSession session = device.session(edge, 1, passes)) {
        session.warmUp();
        for (int done = 0; done < passes; done += BLOCK) {
          if (done % 50 == 0) {
            steps.accept("device: pass " + done + " of " + passes);
          }
          device.readTables();
          int end = Math.min(passes, done + BLOCK);
          for (int pass = done; pass < end; pass++) {
            measurePrivate(session, input, pass >= options.warmUp());
          }
          for (int pass = done; pass < end; pass++) {
            measurePlain(plain, stages, pass >= options.warmUp());
          }
        }
      }
    } catch (OrtException e) {
      throw new IllegalStateException("Running the device's stages", e);
    }
    return report(provider.name());
  }

  private void measurePrivate(PrivateSession session, Map<String, HostTensor> input, boolean keep) {
    ThreadMeter.Reading before = ThreadMeter.named(SESSION_THREADS);
    PassTimings pass = session.submit(input).join().timings();
    ThreadMeter.Reading used = ThreadMeter.named(SESSION_THREADS).minus(before);
    if (keep) {
      timings.add(pass);
      privateCpu.add((double) used.cpuNanos());
      privateBytes.add((double) used.allocatedBytes());
    }
  }

  private void measurePlain(PlainModel plain, StagesAlone stages, boolean keep)
      throws OrtException {
    ThreadMeter.Reading start = ThreadMeter.ofThisThread();
    plain.run();
    ThreadMeter.Reading afterPlain = ThreadMeter.ofThisThread();
    stages.run();
    ThreadMeter.Reading afterStages = ThreadMeter.ofThisThread();
    if (keep) {
      plainCpu.add((double) afterPlain.minus(start).cpuNanos());
      stagesCpu.add((double) afterStages.minus(afterPlain).cpuNanos());
      stagesBytes.add((double) afterStages.minus(afterPlain).allocatedBytes());
    }
  }

  private BenchResult report(String kernel) {
    long inputs = model.bundle().plan().inputElements();
    long outputs = model.bundle().plan().outputElements();
    BenchResult result =
        new BenchResult(
            "device",
            model.name(),
            Machine.here(kernel),
            List.of("step", "elements", "ns per element", "µs per pass"));
    double privateMillis = Timing.median(privateCpu) / Timing.NANOS_PER_MILLI;
    double plainMillis = Timing.median(plainCpu) / Timing.NANOS_PER_MILLI;
    result.figure(
        Figure.ratio("private ÷ plain, CPU time on the device", privateMillis / plainMillis));
    result.figure(
        Figure.ratio("share of multiplications offloaded", model.report().offloadedShare()));
    result.figure(new Figure("private pass, CPU on the device", privateMillis, "ms"));
    result.figure(new Figure("plain inference, CPU, one thread", plainMillis, "ms"));
    result.figure(
        new Figure(
            "mask + open + unmask, per pass", ciphersNanos() / Timing.NANOS_PER_MILLI, "ms"));
    step(result, "quantize and mask", inputs, PassTimings::maskNanos);
    step(result, "check (inputs and outputs)", inputs + outputs, PassTimings::checkNanos);
    step(result, "open table", outputs, PassTimings::tableNanos);
    step(result, "unmask and dequantize", outputs, PassTimings::unmaskNanos);
    step(result, "stages (in the session)", outputs, PassTimings::stageNanos);
    row(result, "stages (ONNX Runtime alone)", outputs, Timing.median(stagesCpu));
    sizes(result);
    notes(result, inputs, outputs);
    if (model.prediction() != null) {
      predicted(result, privateMillis, plainMillis, inputs, outputs);
    }
    return result.chart(chart(plainMillis));
  }

  /** Beside what was measured; without transport, as that is. */
  private void predicted(
      BenchResult result, double privateMillis, double plainMillis, long inputs, long outputs) {
    DeviceProfile profile = model.prediction().profile();
    CutReport costs = model.prediction().alone();
    BenchTable table =
        new BenchTable(
            "predictions",
            List.of("by " + profile.name(), "predicted", "measured", "measured ÷ predicted"));
    double plain = costs.allOnTheDevice().deviceCpuMillis();
    double own = costs.thisCut().deviceCpuMillis();
    compare(table, "private pass, CPU ms", own, privateMillis);
    compare(table, "plain inference, CPU ms", plain, plainMillis);
    compare(table, "private ÷ plain", own / plain, privateMillis / plainMillis);
    if (inputs > 0) {
      elements(table, profile.device(), inputs, outputs);
    }
    result.table(table);
    result.note("predictions: " + profile.name() + ", " + profile.provenance());
  }

  private void elements(BenchTable table, DeviceProfile.Elements each, long inputs, long outputs) {
    compare(table, "mask, ns", each.maskNanosPerElement(), median(PassTimings::maskNanos) / inputs);
    compare(
        table,
        "check, ns",
        each.checkNanosPerElement(),
        median(PassTimings::checkNanos) / (inputs + outputs));
    compare(
        table, "open, ns", each.openNanosPerResult(), median(PassTimings::tableNanos) / outputs);
    compare(
        table,
        "unmask, ns",
        each.unmaskNanosPerResult(),
        median(PassTimings::unmaskNanos) / outputs);
  }

  private static void compare(BenchTable table, String what, double predicted, double measured) {
    table.row(what, predicted, measured, measured / predicted);
  }

  private void sizes(BenchResult result) {
    result.figure(new Figure("up, per pass", model.bundle().plan().inputBytes(), "bytes"));
    result.figure(new Figure("down, per pass", model.bundle().plan().outputBytes(), "bytes"));
    result.figure(
        new Figure("decryption table, per pass", model.report().tableBytesPerPass(), "bytes"));
    double own = Timing.median(privateBytes);
    double runtime = Timing.median(stagesBytes);
    result.figure(new Figure("allocated per pass beyond ONNX Runtime", own - runtime, "bytes"));
    result.figure(new Figure("allocated per pass by ONNX Runtime's stages", runtime, "bytes"));
  }

  private void notes(BenchResult result, long inputs, long outputs) {
    if (outputs > 0) {
      result.note(
          "the check reads inputs and outputs once each; per output alone it takes "
              + "%.2f ns".formatted(median(PassTimings::checkNanos) / outputs));
    }
    result.note(
        "mask includes the keystream, the largest magnitude, and copies out of ONNX Runtime");
    result.note("steps: wall time on the session's thread; tables in the page cache");
    result.note("mask, check and unmask: " + VectorUnit.description());
    result.note("cipher suite: " + options.suite());
    result.note(
        "medians of %d passes after %d; blocks of %d private passes and %d plain runs alternate"
            .formatted(options.passes(), options.warmUp(), BLOCK, BLOCK));
    long weights = model.bundle().edge().weights().stream().mapToLong(LayerWeights::count).sum();
    long kept = model.report().totalMacs() - model.report().offloadedMacs();
    SmallCoreModel.Work work =
        new SmallCoreModel.Work(model.report().totalMacs(), kept, inputs, outputs, weights);
    SmallCoreModel.notes(work).forEach(result::note);
  }

  private void step(
      BenchResult result, String name, long elements, ToLongFunction<PassTimings> nanos) {
    row(result, name, elements, median(nanos));
  }

  private static void row(BenchResult result, String name, long elements, double nanos) {
    result.row(name, elements, elements == 0 ? 0 : nanos / elements, nanos / 1e3);
  }

  private double median(ToLongFunction<PassTimings> nanos) {
    return Timing.median(timings.stream().mapToDouble(nanos::applyAsLong).toArray());
  }

  /** The steps in which a suite's ciphers work. */
  private double ciphersNanos() {
    return median(PassTimings::maskNanos)
        + median(PassTimings::tableNanos)
        + median(PassTimings::unmaskNanos);
  }

  private BarChart chart(double plainMillis) {
    double scale = 1 / Timing.NANOS_PER_MILLI;
    return new BarChart(
            model.name() + ": CPU time on the device",
            "ms",
            List.of("plain", "mask", "check", "open", "unmask", "stages"))
        .series(
            "ms",
            List.of(
                plainMillis,
                median(PassTimings::maskNanos) * scale,
                median(PassTimings::checkNanos) * scale,
                median(PassTimings::tableNanos) * scale,
                median(PassTimings::unmaskNanos) * scale,
                median(PassTimings::stageNanos) * scale));
  }
}
