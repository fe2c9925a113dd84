/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.lepcnn.bench.DeviceBenchmark;
import org.lepcnn.bench.KernelBenchmark;
import org.lepcnn.bench.OfflineBenchmark;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.pipeline.PipelineBenchmark;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.bench.report.WrittenResult;
import org.lepcnn.command.Subcommand;
import org.lepcnn.device.key.CipherSuite;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn bench}. */
@Command(
    name = "bench",
    description = {
      "Measure what private inference costs, each cost beside its plain baseline in the same run.",
      "Run it on an idle machine."
    },
    subcommands = {
      BenchCommand.Kernel.class,
      BenchCommand.Device.class,
      BenchCommand.Offline.class,
      BenchCommand.Pipeline.class,
      BenchCommand.Homomorphic.class
    },
    synopsisSubcommandLabel = "COMMAND")
public final class BenchCommand implements Subcommand, Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "A benchmark is missing: kernels, device, offline, pipeline or he.");
  }

  /** {@code lepcnn bench he}. */
  @Command(
      name = "he",
      description = {
        "Measure a CryptoNets network under homomorphic encryption, and extrapolate to AlexNet.",
        "Needs Node.js and, once, 'npm ci' in benchmarks/he."
      })
  static final class Homomorphic extends Benchmark {
    private static final Duration LIMIT = Duration.ofMinutes(60);

    @Option(
        names = "--lepcnn",
        paramLabel = "FILE",
        description =
            "Measurements of private passes to compare with; see benchmarks/he/README.md.")
    private Path figures;

    @Option(
        names = "--quick",
        description = "Use a smaller network and ring; takes under a minute.")
    private boolean quick;

    @Override
    WrittenResult measure(Consumer<String> progress) {
      List<String> options = new ArrayList<>();
      if (quick) {
        options.add("--quick");
      }
      if (figures != null) {
        options.addAll(List.of("--lepcnn", figures.toAbsolutePath().toString()));
      }
      return HomomorphicBaseline.find().run(options, LIMIT);
    }
  }

  /** {@code lepcnn bench kernels}. */
  @Command(
      name = "kernels",
      description = "Compare masked linear layers with the same layers in float by ONNX Runtime.")
  static final class Kernel extends ModelBenchmark {
    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Threads and callers. Default: one, and then one for each processor.")
    private Integer threads;

    @Option(
        names = "--rounds",
        paramLabel = "N",
        defaultValue = "15",
        description = "Measured rounds. Default: 15.")
    private int rounds;

    @Option(
        names = "--sample-ms",
        paramLabel = "MS",
        defaultValue = "10",
        description = "Shortest time of one sample of a layer, in milliseconds. Default: 10.")
    private double sampleMillis;

    @Override
    BenchResult measure(BenchModel model, String kernel, Consumer<String> progress) {
      int cores = Runtime.getRuntime().availableProcessors();
      List<Integer> counts =
          threads == null ? Stream.of(1, cores).distinct().toList() : List.of(threads);
      return KernelBenchmark.run(
          model, new KernelBenchmark.Options(kernel, counts, rounds, sampleMillis), progress);
    }
  }

  /** {@code lepcnn bench device}. */
  @Command(
      name = "device",
      description = "Compare what a private pass costs the device with plain inference there.")
  static final class Device extends ModelBenchmark {
    @Mixin private ProfileOption profile;

    @Option(
        names = "--suite",
        paramLabel = "SUITE",
        defaultValue = "aes",
        description = "The device's ciphers: aes or chacha. Default: aes.")
    private CipherSuite suite;

    @Option(
        names = "--warm-up",
        paramLabel = "N",
        defaultValue = "100",
        description = "Passes before measuring starts. Default: 100.")
    private int warmUp;

    @Option(
        names = "--passes",
        paramLabel = "N",
        defaultValue = "100",
        description = "Measured passes. Default: 100.")
    private int passes;

    @Override
    ProfileOption profile() {
      return profile;
    }

    @Override
    BenchResult measure(BenchModel model, String kernel, Consumer<String> progress) {
      return DeviceBenchmark.run(
          model, new DeviceBenchmark.Options(kernel, suite, warmUp, passes), progress);
    }
  }

  /** {@code lepcnn bench offline}. */
  @Command(
      name = "offline",
      description =
          "Compare passes of decryption tables per second with plain inferences per second.")
  static final class Offline extends ModelBenchmark {
    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Threads. Default: one for each processor.")
    private Integer threads;

    @Option(
        names = "--passes",
        paramLabel = "N",
        defaultValue = "64",
        description = "Passes in a table file, at most 64. Default: 64, a whole group.")
    private int passes;

    @Option(
        names = "--rounds",
        paramLabel = "N",
        defaultValue = "3",
        description = "Measured rounds. Default: 3.")
    private int rounds;

    @Override
    BenchResult measure(BenchModel model, String kernel, Consumer<String> progress) {
      int cores = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
      return OfflineBenchmark.run(
          model, new OfflineBenchmark.Options(kernel, cores, passes, rounds), progress);
    }
  }

  /** {@code lepcnn bench pipeline}. */
  @Command(
      name = "pipeline",
      description =
          "Compare private passes through a real broker and edge with plain local inference, a"
              + " plain (unmasked float) streaming job, and an echo of every round.")
  static final class Pipeline extends ModelBenchmark {
    @Option(
        names = "--batch",
        paramLabel = "N",
        defaultValue = "1",
        description =
            "Inputs of a pass, as import's option. The plain network runs as many one by one; the"
                + " plain job is left out. Default: 1.")
    private int batch;

    @Override
    int batch() {
      return batch;
    }

    @Mixin private ProfileOption profile;

    @Option(
        names = "--warm-up",
        paramLabel = "N",
        defaultValue = "300",
        description = "Passes before measuring starts. Default: 300.")
    private int warmUp;

    @Option(
        names = "--passes",
        paramLabel = "N",
        defaultValue = "150",
        description =
            "Measured passes with one in flight, and again with --in-flight. Default: 150.")
    private int passes;

    @Option(
        names = "--in-flight",
        paramLabel = "N",
        defaultValue = "8",
        description =
            "Passes in flight together when throughput is measured, of up to four devices. Default:"
                + " 8.")
    private int inFlight;

    @Option(
        names = "--parallelism",
        paramLabel = "N",
        split = ",",
        defaultValue = "1,2",
        description = "Subtasks of every job; one run for each number. Default: 1,2.")
    private List<Integer> parallelism;

    @Option(names = "--no-plain-job", description = "Do not run the plain streaming job.")
    private boolean noPlainJob;

    @Option(names = "--no-echo", description = "Do not measure the echo of every round.")
    private boolean noEcho;

    @Option(
        names = "--steady",
        paramLabel = "N",
        defaultValue = "12",
        description =
            "At most so many bursts of passes with many in flight until nothing is left to compile;"
                + " 0 leaves them out. Default: 12.")
    private int steadyBursts;

    @Override
    ProfileOption profile() {
      return profile;
    }

    @Override
    BenchResult measure(BenchModel model, String kernel, Consumer<String> progress) {
      return PipelineBenchmark.run(
          model,
          new PipelineBenchmark.Options(
              kernel, warmUp, passes, inFlight, parallelism, !noPlainJob, !noEcho, steadyBursts),
          progress);
    }
  }
}
