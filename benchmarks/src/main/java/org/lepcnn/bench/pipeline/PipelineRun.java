/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.lepcnn.bench.measure.BenchDevice;
import org.lepcnn.bench.measure.InFlight;
import org.lepcnn.bench.measure.PlainModel;
import org.lepcnn.bench.measure.PlainThroughput;
import org.lepcnn.bench.measure.Timing;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.stage.HostTensor;

/**
 * The measurements at one parallelism: private passes, plain local inference, plain calls through
 * the plain job, and passes of echoed rounds take turns.
 */
final class PipelineRun {
  /** These are reported apart; the other jobs stay silent until they are over. */
  static final int FIRST_PASSES = 50;

  static final int THROUGHPUT_ROUNDS = 3;

  /** Of all CPU time: below it the code is what it will be. */
  static final double STEADY_COMPILER_SHARE = 0.01;

  private static final double STEADY_MILLIS = 1_000;

  private static final int PLAIN_CALLS = 30;
  private static final int STEP = 50;

  private final int batch;
  private final LocalPipeline pipeline;
  private final List<BenchDevice> devices;
  private final List<PrivateSession> sessions;
  private final RoundTimer timer;
  private final Consumer<String> steps;
  private final Measured measured;

  /**
   * What was found; times in milliseconds.
   *
   * @param first private passes from the first on, one in flight
   * @param warm private passes after the warm-up, one in flight
   * @param local plain local inferences between them, one thread, as many as a pass has inputs
   * @param rounds of the private passes in {@code warm}
   * @param echo the same rounds through the echo, between them; empty without one
   * @param kernels the masked layers of the same rounds alone, between them; empty without an echo
   * @param job plain calls through the plain job between them; empty without one
   * @param many private passes, many in flight
   * @param jobMany plain calls through the plain job, as many in flight
   * @param steady bursts of private passes, many in flight, the last of them in the steady state
   */
  record Measured(
      int parallelism,
      List<Double> first,
      List<Double> warm,
      RoundTimes rounds,
      RoundTimes echo,
      RoundTimes kernels,
      List<Double> local,
      List<Double> job,
      Burst many,
      Burst jobMany,
      List<Burst> steady) {
    Measured(int parallelism) {
      this(
          parallelism,
          new ArrayList<>(),
          new ArrayList<>(),
          new RoundTimes(),
          new RoundTimes(),
          new RoundTimes(),
          new ArrayList<>(),
          new ArrayList<>(),
          new Burst(),
          new Burst(),
          new ArrayList<>());
    }
  }

  /**
   * Whether a burst was in the steady state: next to nothing was left to compile. Of a shorter one
   * than a second of CPU time nobody can tell, as compilers' time is known to hundredths of one.
   */
  static boolean isSteady(Burst burst) {
    return burst.cpu.total() >= STEADY_MILLIS && burst.cpu.compilerShare() < STEADY_COMPILER_SHARE;
  }

  /** Calls of several rounds with many in flight. */
  static final class Burst {
    private final List<Double> perSecond = new ArrayList<>();
    private LocalPipeline.Cpu cpu = LocalPipeline.Cpu.NONE;
    private int calls;

    /** The median over the rounds; NaN when there were none. */
    double perSecond() {
      return Timing.median(perSecond);
    }

    /** CPU time of a call. */
    LocalPipeline.Cpu cpu() {
      return cpu.dividedBy(calls);
    }

    /** One round. */
    void run(
        int count, Supplier<LocalPipeline.Cpu> meter, IntFunction<CompletableFuture<?>> submit) {
      LocalPipeline.Cpu before = meter.get();
      long start = System.nanoTime();
      List<CompletableFuture<?>> futures = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        futures.add(submit.apply(i));
      }
      futures.forEach(CompletableFuture::join);
      perSecond.add(count * Timing.NANOS_PER_SECOND / (System.nanoTime() - start));
      cpu = cpu.plus(meter.get().minus(before));
      calls += count;
    }
  }

  /**
   * @param batch inputs of a pass
   * @param devices each with tables
   * @param sessions of the devices, in their order
   * @param timer of the first session
   */
  PipelineRun(
      int parallelism,
      int batch,
      LocalPipeline pipeline,
      List<BenchDevice> devices,
      List<PrivateSession> sessions,
      RoundTimer timer,
      Consumer<String> steps) {
    this.measured = new Measured(parallelism);
    this.batch = batch;
    this.pipeline = pipeline;
    this.devices = devices;
    this.sessions = sessions;
    this.timer = timer;
    this.steps = steps;
  }

  Measured measured() {
    return measured;
  }

  /** One in flight, by the first device. */
  void oneInFlight(int warmUp, int passes, Map<String, HostTensor> input, LocalBaselines local) {
    for (int pass = 0; pass < warmUp + passes; pass++) {
      if (pass % STEP == 0) {
        steps.accept("pipeline: one in flight, pass " + pass);
      }
      if (pass == FIRST_PASSES && pipeline.echo() != null) {
        warmEcho();
      }
      double millis = millis(() -> sessions.get(0).submit(input).join());
      double localMillis = millis(() -> runEach(local.plain()));
      double[] rounds = timer.lastPassMillis();
      if (pass < FIRST_PASSES) {
        measured.first().add(millis);
      } else {
        baselines(pass >= warmUp, local.kernels());
      }
      if (pass >= warmUp) {
        measured.warm().add(millis);
        measured.rounds().add(rounds);
        measured.local().add(localMillis);
      }
    }
  }

  /** As many inputs as a pass has, one by one. */
  private void runEach(PlainModel plain) {
    for (int i = 0; i < batch; i++) {
      plain.run();
    }
  }

  /** As many passes as it was silent for: a floor must not be colder than what stands on it. */
  private void warmEcho() {
    steps.accept("pipeline: warming the echo");
    for (int pass = 0; pass < FIRST_PASSES; pass++) {
      pipeline.echo().passMillis(deviceOf(0));
    }
  }

  /** A call of the plain job, a pass of echoed rounds, and a pass of the masked layers alone. */
  private void baselines(boolean counts, RoundKernels kernels) {
    if (pipeline.plain() != null) {
      double millis = millis(() -> pipeline.plain().submit(deviceOf(0)).join());
      if (counts) {
        measured.job().add(millis);
      }
    }
    if (pipeline.echo() != null) {
      double[] rounds = pipeline.echo().passMillis(deviceOf(0));
      if (counts) {
        measured.echo().add(rounds);
      }
    }
    if (kernels != null) {
      double[] rounds = kernels.passMillis();
      if (counts) {
        measured.kernels().add(rounds);
      }
    }
  }

  /**
   * Many in flight, by all devices alike.
   *
   * @param passes of a round
   * @param inFlight of each device
   */
  void manyInFlight(
      int passes, int inFlight, Map<String, HostTensor> input, PlainThroughput local) {
    for (int round = 0; round < THROUGHPUT_ROUNDS; round++) {
      steps.accept("pipeline: many in flight, round " + (round + 1));
      measured.many().run(passes, pipeline::cpu, pass -> submit(pass, input));
      local.sample(PLAIN_CALLS);
      if (pipeline.plain() != null) {
        InFlight limit = new InFlight(inFlight * devices.size());
        measured
            .jobMany()
            .run(
                passes,
                pipeline::plainCpu,
                call -> limit.start(() -> pipeline.plain().submit(deviceOf(call))));
      }
    }
  }

  /**
   * One more burst by all devices alike.
   *
   * @return whether it was in the steady state
   */
  boolean steadyBurst(int passes, Map<String, HostTensor> input) {
    Burst burst = new Burst();
    burst.run(passes, pipeline::cpu, pass -> submit(pass, input));
    measured.steady().add(burst);
    steps.accept(
        "pipeline: burst %d, %.1f %% of the processor time for compilers"
            .formatted(measured.steady().size(), 100 * burst.cpu().compilerShare()));
    return isSteady(burst);
  }

  private CompletableFuture<?> submit(int pass, Map<String, HostTensor> input) {
    return sessions.get(pass % sessions.size()).submit(input);
  }

  private String deviceOf(int call) {
    return devices.get(call % devices.size()).name();
  }

  private static double millis(Runnable work) {
    long before = System.nanoTime();
    work.run();
    return (System.nanoTime() - before) / Timing.NANOS_PER_MILLI;
  }
}
