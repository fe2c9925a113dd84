/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.owner;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.lepcnn.command.KernelOption;
import org.lepcnn.command.Output;
import org.lepcnn.core.net.HostPort;
import org.lepcnn.json.Result;
import org.lepcnn.precompute.Precompute;
import org.lepcnn.precompute.PrecomputeOptions;
import org.lepcnn.precompute.PrecomputeResult;
import org.lepcnn.precompute.ProgressLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn precompute}. */
@Command(
    name = "precompute",
    description = {
      "Make decryption tables for a device, on the owner's machines.",
      "The next run completes an interrupted one: it first makes the missing files of passes that the ledger has issued."
    })
public final class PrecomputeCommand implements Callable<Integer> {
  @Mixin private Output output;
  @Mixin private KernelOption kernel;

  @Option(names = "--owner", required = true, paramLabel = "OWNER", description = "The owner file.")
  private Path owner;

  @Option(
      names = "--accept-plain",
      description =
          "Accept an owner file without a passphrase although LEPCNN_PASSPHRASE_FILE gives one, and put it under that one.")
  private boolean acceptPlain;

  @Option(
      names = "--bundle",
      required = true,
      paramLabel = "BUNDLE",
      description = "The model bundle.")
  private Path bundle;

  @Option(names = "--device", required = true, paramLabel = "ID", description = "The device id.")
  private String device;

  @Option(
      names = "--passes",
      required = true,
      paramLabel = "N",
      description = "New passes to issue. 0 only completes an earlier run.")
  private long passes;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "The folder of the tables.")
  private Path folder;

  @Option(
      names = "--parallelism",
      paramLabel = "P",
      description = "Files to make at the same time. Default: one for each processor.")
  private Integer parallelism;

  @Option(
      names = "--challenges",
      paramLabel = "1|2",
      defaultValue = "1",
      description =
          "Independent integrity challenges for each layer in 31 bits; those in 24 bits always have"
              + " two. Use 2 for fleets. Default: 1.")
  private int challenges;

  @Option(
      names = "--jobmanager",
      paramLabel = "HOST:PORT",
      description = "Run on the owner's Flink cluster instead of this process.")
  private String jobManager;

  @Override
  public Integer call() {
    PrecomputeOptions.Builder options =
        PrecomputeOptions.builder()
            .ownerFile(owner)
            .acceptPlain(acceptPlain)
            .bundle(bundle)
            .device(device)
            .passes(passes)
            .output(folder)
            .challengesPerLayer(challenges)
            .kernel(kernel.name());
    if (parallelism != null) {
      options.parallelism(parallelism);
    }
    if (jobManager != null) {
      options.jobManager(HostPort.parse(jobManager));
    }
    PrecomputeResult result = Precompute.run(options.build(), ProgressLine.onStandardError());
    output.result(new Made(result, folder));
    return 0;
  }

  private record Made(@JsonUnwrapped PrecomputeResult tables, @JsonIgnore Path folder)
      implements Result {
    @Override
    public String text() {
      if (tables.ranges().isEmpty() && tables.files() == 0) {
        return "No tables made: no pass was asked for, or the model has no rounds and needs none.";
      }
      return String.format(
          Locale.ROOT,
          "%d passes issued, %d resumed, in %d files, %.1f MB, in %s.",
          tables.issuedPasses(),
          tables.resumedPasses(),
          tables.files(),
          tables.bytes() / 1e6,
          folder);
    }
  }
}
