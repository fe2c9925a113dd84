/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.owner;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.net.HostPort;
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
      "A run that was interrupted is finished by the next one: passes that the ledger issued and whose files are missing are made first."
    })
public final class PrecomputeCommand implements Callable<Integer> {
  @Mixin private Output output;

  @Option(names = "--owner", required = true, paramLabel = "OWNER", description = "The owner file.")
  private Path owner;

  @Option(
      names = "--accept-plain",
      description =
          "Accept an owner file that no passphrase protects although LEPCNN_PASSPHRASE_FILE gives one; it is put under it.")
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
      description = "New passes to issue; 0 only finishes an earlier run.")
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
      description = "Files made at once. Default: all processors.")
  private Integer parallelism;

  @Option(
      names = "--challenges",
      paramLabel = "1|2",
      defaultValue = "1",
      description = "Independent integrity challenges a layer; 2 for fleets. Default: 1.")
  private int challenges;

  @Option(
      names = "--kernel",
      paramLabel = "onednn|onnxruntime|scalar",
      description = "Default: the fastest that passes its self-test.")
  private String kernel;

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
            .kernel(kernel);
    if (parallelism != null) {
      options.parallelism(parallelism);
    }
    if (jobManager != null) {
      options.jobManager(HostPort.parse(jobManager));
    }
    PrecomputeResult result = Precompute.run(options.build(), ProgressLine.onStandardError());
    output.result(text(result), json(result));
    return 0;
  }

  private String text(PrecomputeResult result) {
    return String.format(
        Locale.ROOT,
        "%d passes issued, %d resumed, in %d files, %.1f MB, in %s.",
        result.issuedPasses(),
        result.resumedPasses(),
        result.files(),
        result.bytes() / 1e6,
        folder);
  }

  private static Json json(PrecomputeResult result) {
    Json.JsonArray ranges = Json.array();
    for (PrecomputeResult.Range range : result.ranges()) {
      ranges.add(
          Json.object()
              .put("chain", range.chain())
              .put("firstPass", range.first())
              .put("lastPass", range.last()));
    }
    return Json.object()
        .put("device", result.device())
        .put("model", result.model())
        .put("ranges", ranges)
        .put("resumedPasses", result.resumedPasses())
        .put("issuedPasses", result.issuedPasses())
        .put("files", result.files())
        .put("bytes", result.bytes())
        .put("seconds", result.seconds());
  }
}
