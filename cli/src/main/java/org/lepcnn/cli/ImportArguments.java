/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.List;
import java.util.Locale;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.OffloadPolicy;
import picocli.CommandLine.Option;

/** The options that say how a model is imported. */
final class ImportArguments {
  @Option(
      names = "--input",
      paramLabel = "NAME=1x3x224x224",
      description = "Dimensions of an input that the model leaves open. Repeatable.")
  private List<String> inputs = List.of();

  @Option(
      names = "--offload",
      paramLabel = "auto|all",
      defaultValue = "auto",
      description =
          "auto: layers whose multiplications repay moving their tensors; all: every linear layer. Default: auto.")
  private String offload;

  ImportOptions toOptions() {
    ImportOptions options = ImportOptions.defaults().withOffload(policy());
    for (String input : inputs) {
      options = options.withInput(input);
    }
    return options;
  }

  private OffloadPolicy policy() {
    return switch (offload.toLowerCase(Locale.ROOT)) {
      case "auto" -> OffloadPolicy.AUTO;
      case "all" -> OffloadPolicy.ALL;
      default ->
          throw new BadInputException(
              "Reading the option --offload: expected auto or all; found " + offload + ".");
    };
  }
}
