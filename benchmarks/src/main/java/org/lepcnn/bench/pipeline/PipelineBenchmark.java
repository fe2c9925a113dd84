/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.lepcnn.bench.measure.BenchDevice;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.plainjob.EchoRound;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.stage.HostTensor;

/**
 * Private passes through a real broker and a real edge job, each in a process of its own, against
 * plain local inference and against two jobs of the same shape on the same broker, a plain
 * (unmasked float) one and an echo of every round; all on one machine, devices and gateway in this
 * process.
 */
public final class PipelineBenchmark {
  /**
   * Names whose keys fall on all four partitions, and on both subtasks where there are two: with
   * one device there would be nothing for the second subtask to do.
   */
  static final List<String> DEVICES = List.of("bench-2", "bench-3", "bench-9", "bench-15");

  /** Small enough that the tables thrown away at the end do not matter. */
  private static final int RESERVATION = 16;

  private final BenchModel model;
  private final Options options;
  private final Consumer<String> steps;
  private final Map<String, HostTensor> input;
  private final List<EchoRound> rounds;

  /**
   * How to measure.
   *
   * @param kernel of the owner, who makes the tables; null for the fastest
   * @param warmUp passes before those that count, one in flight; the first of them are reported
   * @param passes that count, one in flight; as many again run with many in flight
   * @param inFlight how many are many; shared by up to four devices
   * @param parallelism subtasks per operator; one run for each
   * @param plainJob whether the plain streaming job runs too
   * @param echo whether an echo of every round runs too
   * @param steadyBursts how many bursts of passes may run at most until the steady state is
   *     reached; 0 leaves it out
   */
  public record Options(
      String kernel,
      int warmUp,
      int passes,
      int inFlight,
      List<Integer> parallelism,
      boolean plainJob,
      boolean echo,
      int steadyBursts) {
    public Options {
      parallelism = List.copyOf(parallelism);
      if (warmUp < 0 || passes < 1 || inFlight < 1 || parallelism.isEmpty() || steadyBursts < 0) {
        throw BadInputException.about("Pipeline benchmark")
            .expected(
                "at least one pass, one in flight and one parallelism, and no negative number")
            .found(
                "%s passes after %s, %s in flight, parallelism %s, %s bursts"
                    .formatted(passes, warmUp, inFlight, parallelism, steadyBursts));
      }
    }

    private int devices() {
      return Math.min(inFlight, DEVICES.size());
    }

    private int inFlightOfDevice() {
      return Math.max(1, inFlight / devices());
    }

    /** A multiple of the devices, so that all have the same share. */
    int passesOfRound() {
      int perDevice = passes / (PipelineRun.THROUGHPUT_ROUNDS * devices());
      return Math.max(1, perDevice) * devices();
    }
  }

  private PipelineBenchmark(BenchModel model, Options options, Consumer<String> steps) {
    this.model = model;
    this.options = options;
    this.steps = steps;
    this.input = model.input();
    this.rounds = EchoRound.of(model.bundle().plan());
  }

  /** Measures; what it finds is not written anywhere yet. */
  public static BenchResult run(BenchModel model, Options options, Consumer<String> steps) {
    return new PipelineBenchmark(model, options, steps).run();
  }

  private BenchResult run() {
    KernelProvider provider = Kernels.choose(options.kernel());
    int cores = Runtime.getRuntime().availableProcessors();
    LocalPipeline.Baselines baselines =
        new LocalPipeline.Baselines(
            options.plainJob() && model.batch() == 1 && PlainPipeline.fits(input) ? input : null,
            options.echo() ? rounds : List.of());
    List<PipelineRun.Measured> runs = new ArrayList<>();
    try (BenchDevice first = BenchDevice.create(model, provider, DEVICES.get(0));
        LocalBaselines local = LocalBaselines.open(model, cores, options.echo())) {
      List<BenchDevice> devices = new ArrayList<>(List.of(first));
      DEVICES.subList(1, options.devices()).forEach(name -> devices.add(first.another(name)));
      Stock stock = new Stock(cores);
      for (int parallelism : options.parallelism()) {
        makeTables(stock, devices);
        try (LocalPipeline pipeline = LocalPipeline.start(model, parallelism, baselines, steps)) {
          runs.add(measure(parallelism, pipeline, devices, stock, local));
        }
      }
      return new PipelineReport(model, options, rounds, provider.name(), runs, local.throughput())
          .result();
    }
  }

  private PipelineRun.Measured measure(
      int parallelism,
      LocalPipeline pipeline,
      List<BenchDevice> devices,
      Stock stock,
      LocalBaselines local) {
    int inFlight = options.inFlightOfDevice();
    List<PrivateSession> sessions = new ArrayList<>();
    RoundTimer timer = new RoundTimer(pipeline.transport(), rounds.size());
    try {
      steps.accept("pipeline: warming the device's code");
      sessions.add(devices.get(0).warmSession(timer, inFlight, RESERVATION));
      for (BenchDevice device : devices.subList(1, devices.size())) {
        sessions.add(device.session(pipeline.transport(), inFlight, RESERVATION));
      }
      PipelineRun run =
          new PipelineRun(parallelism, model.batch(), pipeline, devices, sessions, timer, steps);
      run.oneInFlight(options.warmUp(), options.passes(), input, local);
      run.manyInFlight(options.passesOfRound(), inFlight, input, local.throughput());
      steadyState(run, devices, stock);
      return run.measured();
    } finally {
      sessions.forEach(PrivateSession::close);
    }
  }

  /** Bursts until nothing is left to compile; a burst's tables are made before it. */
  private void steadyState(PipelineRun run, List<BenchDevice> devices, Stock stock) {
    int passes = options.passesOfRound();
    for (int burst = 0; burst < options.steadyBursts(); burst++) {
      devices.forEach(device -> stock.add(device, passes / devices.size()));
      if (run.steadyBurst(passes, input)) {
        return;
      }
    }
  }

  /** For one run; the first device makes all passes that are alone. */
  private void makeTables(Stock stock, List<BenchDevice> devices) {
    int alone = options.warmUp() + options.passes();
    int many = options.passesOfRound() / devices.size() * PipelineRun.THROUGHPUT_ROUNDS;
    for (BenchDevice device : devices) {
      int passes = (device == devices.get(0) ? alone : 0) + many + 2 * RESERVATION;
      steps.accept("pipeline: making tables for " + passes + " passes of " + device.name());
      stock.add(device, passes);
    }
  }

  /** The tables of every device, one pass after the other. */
  private static final class Stock {
    private final int cores;
    private final Map<BenchDevice, Long> made = new HashMap<>();

    Stock(int cores) {
      this.cores = cores;
    }

    void add(BenchDevice device, int passes) {
      long first = made.getOrDefault(device, 0L);
      device.makeTables(first, passes, cores);
      made.put(device, first + passes);
    }
  }
}
