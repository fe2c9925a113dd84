/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.lepcnn.bench.BenchModel;
import org.lepcnn.bench.DeviceBenchmark;
import org.lepcnn.bench.KernelBenchmark;
import org.lepcnn.bench.OfflineBenchmark;
import org.lepcnn.bench.PipelineBenchmark;
import org.lepcnn.command.Output;
import org.lepcnn.command.Subcommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn bench}. */
@Command(
    name = "bench",
    description = {
      "Measure costs, each beside its plain baseline in the same run. Ratios come first.",
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
        "The paper's comparison: a CryptoNets network under homomorphic encryption, measured, and AlexNet extrapolated.",
        "Needs Node.js and, once, 'npm ci' in benchmarks/he."
      })
  static final class Homomorphic implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(60);

    @Option(names = "--json", description = "Print the JSON object instead of the table.")
    private boolean json;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        defaultValue = "bench-results",
        description = "Folder for JSON, text and chart. Default: bench-results.")
    private Path out;

    @Option(
        names = "--lepcnn",
        paramLabel = "FILE",
        description = "Figures of private passes to compare with; see benchmarks/he/README.md.")
    private Path figures;

    @Option(
        names = "--quick",
        description = "A smaller network and ring, for a look within a minute.")
    private boolean quick;

    @Override
    public Integer call() {
      List<String> options = new ArrayList<>();
      if (quick) {
        options.add("--quick");
      }
      if (figures != null) {
        options.addAll(List.of("--lepcnn", figures.toAbsolutePath().toString()));
      }
      HomomorphicResult result = HomomorphicBaseline.find().run(options, LIMIT);
      result.write(out);
      new PrintStream(System.out, true, StandardCharsets.UTF_8)
          .println(json ? result.json() : result.report() + "\nWrote " + out + ".");
      return 0;
    }
  }

  /** {@code lepcnn bench kernels}. */
  @Command(
      name = "kernels",
      description = "Masked linear layers against the same layers in float by ONNX Runtime.")
  static final class Kernel implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private BenchArguments arguments;

    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Default: one and all, one after the other.")
    private Integer threads;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "15", description = "Default: 15.")
    private int rounds;

    @Option(
        names = "--sample-ms",
        paramLabel = "MS",
        defaultValue = "10",
        description = "How long one sample of a layer lasts, at least. Default: 10.")
    private double sampleMillis;

    @Override
    public Integer call() {
      List<Integer> counts =
          threads == null ? KernelBenchmark.Options.defaults().threads() : List.of(threads);
      try (BenchModel model = arguments.open(output)) {
        return arguments.finish(
            output,
            KernelBenchmark.run(
                model,
                new KernelBenchmark.Options(arguments.kernel(), counts, rounds, sampleMillis),
                output::progress));
      }
    }
  }

  /** {@code lepcnn bench device}. */
  @Command(
      name = "device",
      description = "What a private pass costs the device, against plain inference there.")
  static final class Device implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private BenchArguments arguments;

    @Option(
        names = "--warm-up",
        paramLabel = "N",
        defaultValue = "100",
        description = "Passes that do not count. Default: 100.")
    private int warmUp;

    @Option(
        names = "--passes",
        paramLabel = "N",
        defaultValue = "100",
        description = "Passes that count. Default: 100.")
    private int passes;

    @Override
    public Integer call() {
      try (BenchModel model = arguments.open(output)) {
        return arguments.finish(
            output,
            DeviceBenchmark.run(
                model,
                new DeviceBenchmark.Options(arguments.kernel(), warmUp, passes),
                output::progress));
      }
    }
  }

  /** {@code lepcnn bench offline}. */
  @Command(
      name = "offline",
      description = "Passes of decryption tables a second, against plain inferences a second.")
  static final class Offline implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private BenchArguments arguments;

    @Option(names = "--threads", paramLabel = "N", description = "Default: all processors.")
    private Integer threads;

    @Option(
        names = "--passes",
        paramLabel = "N",
        defaultValue = "64",
        description = "Passes of a table file, at most 64. Default: 64, a whole group.")
    private int passes;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "Default: 3.")
    private int rounds;

    @Override
    public Integer call() {
      int cores = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
      try (BenchModel model = arguments.open(output)) {
        return arguments.finish(
            output,
            OfflineBenchmark.run(
                model,
                new OfflineBenchmark.Options(arguments.kernel(), cores, passes, rounds),
                output::progress));
      }
    }
  }

  /** {@code lepcnn bench pipeline}. */
  @Command(
      name = "pipeline",
      description =
          "Private passes through a real broker and edge, against plain local inference, a plain"
              + " (unmasked float) streaming job, and an echo of every round.")
  static final class Pipeline implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private BenchArguments arguments;

    @Option(
        names = "--warm-up",
        paramLabel = "N",
        defaultValue = "300",
        description = "Passes before those that count. Default: 300.")
    private int warmUp;

    @Option(
        names = "--passes",
        paramLabel = "N",
        defaultValue = "150",
        description = "Passes that count, one in flight, and again with many. Default: 150.")
    private int passes;

    @Option(
        names = "--in-flight",
        paramLabel = "N",
        defaultValue = "8",
        description = "How many are many; of up to four devices. Default: 8.")
    private int inFlight;

    @Option(
        names = "--parallelism",
        paramLabel = "N",
        split = ",",
        defaultValue = "1,2",
        description = "Subtasks of all jobs, one run for each. Default: 1,2.")
    private List<Integer> parallelism;

    @Option(names = "--no-plain-job", description = "Leave the plain streaming job out.")
    private boolean noPlainJob;

    @Option(names = "--no-echo", description = "Leave the echo of every round out.")
    private boolean noEcho;

    @Override
    public Integer call() {
      try (BenchModel model = arguments.open(output)) {
        return arguments.finish(
            output,
            PipelineBenchmark.run(
                model,
                new PipelineBenchmark.Options(
                    arguments.kernel(),
                    warmUp,
                    passes,
                    inFlight,
                    parallelism,
                    !noPlainJob,
                    !noEcho),
                output::progress));
      }
    }
  }
}
