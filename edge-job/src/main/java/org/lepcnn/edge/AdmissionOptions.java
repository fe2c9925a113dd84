/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import java.nio.file.Path;
import java.util.Properties;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.KafkaControl;
import org.lepcnn.flink.control.OpenControl;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.model.ModelLimits;
import org.lepcnn.flink.quota.QuotaSettings;
import picocli.CommandLine.Option;

/** The options that say who is let in, and to which models. */
final class AdmissionOptions {
  private static final long MIB = 1L << 20;

  @Option(
      names = "--admission",
      defaultValue = "enrolled",
      paramLabel = "MODE",
      description =
          "enrolled: serve the devices of lepcnn.devices and the models of lepcnn.models;"
              + " open: serve every device and the model of --model-dir, for development."
              + " Default: ${DEFAULT-VALUE}.")
  String mode;

  @Option(
      names = "--model-dir",
      paramLabel = "DIR",
      description =
          "With --admission open: a bundle's folder with at least its edge half and"
              + " manifest, under the same path on every TaskManager.")
  Path modelDir;

  @Option(
      names = "--requests-per-second",
      defaultValue = "1000",
      paramLabel = "N",
      description =
          "Quota of rounds and claims per second, for a device whose enrolment names"
              + " none. 0: no limit. Default: ${DEFAULT-VALUE}.")
  long requestsPerSecond;

  @Option(
      names = "--bytes-per-second",
      defaultValue = "67108864",
      paramLabel = "N",
      description =
          "Quota of bytes of masked tensors per second, for a device whose enrolment"
              + " names none. 0: no limit. Default: ${DEFAULT-VALUE}.")
  long bytesPerSecond;

  @Option(
      names = "--model-cache",
      defaultValue = "",
      paramLabel = "DIR",
      description =
          "The folder on every TaskManager for published models. Default: one in the"
              + " temporary folder.")
  String modelCache;

  @Option(
      names = "--max-models",
      defaultValue = "16",
      paramLabel = "N",
      description = "The most models that a TaskManager holds. Default: ${DEFAULT-VALUE}.")
  int maxModels;

  @Option(
      names = "--max-models-mib",
      defaultValue = "2048",
      paramLabel = "MIB",
      description =
          "The most memory, in MiB, that their edge halves take together. Default:"
              + " ${DEFAULT-VALUE}.")
  long maxModelsMib;

  @Option(
      names = "--max-model-mib",
      defaultValue = "1024",
      paramLabel = "MIB",
      description =
          "The largest edge half, in MiB, that a TaskManager fetches. Default: ${DEFAULT-VALUE}.")
  long maxModelMib;

  /** Whether only enrolled devices are let in. */
  boolean enrolled() {
    return switch (mode) {
      case "enrolled" -> {
        if (modelDir != null) {
          throw BadInputException.about("--model-dir")
              .expected("it with --admission open only")
              .found(
                  "--admission enrolled, where models come from lepcnn.models",
                  "Publish the model with 'lepcnn models publish', or add --admission"
                      + " open for development.");
        }
        yield true;
      }
      case "open" -> {
        if (modelDir == null) {
          throw BadInputException.about("--admission open")
              .expected("--model-dir with the model to serve")
              .found("none");
        }
        yield false;
      }
      default ->
          throw BadInputException.about("--admission")
              .expected("enrolled or open")
              .found("'" + mode + "'");
    };
  }

  /** The control that they describe. */
  EdgeControl.Provider control(Properties client, String kernel, boolean allowScalar) {
    QuotaSettings quotas = new QuotaSettings(requestsPerSecond, bytesPerSecond);
    if (!enrolled()) {
      return OpenControl.of(
          new ModelSource(modelDir.toAbsolutePath().toString(), kernel, allowScalar));
    }
    return new KafkaControl(
        client,
        quotas,
        kernel,
        allowScalar,
        modelCache,
        new ModelLimits(maxModels, maxModelsMib * MIB, maxModelMib * MIB));
  }
}
