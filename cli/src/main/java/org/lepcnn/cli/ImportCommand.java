/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.json.Result;
import org.lepcnn.onnx.ImportReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn import}. */
@Command(
    name = "import",
    description =
        "Turn an ONNX model into a bundle, and print what goes to the edge and what stays on the device.")
final class ImportCommand implements Callable<Integer> {
  @Mixin private Output output;
  @Mixin private ImportArguments arguments;

  @Parameters(paramLabel = "MODEL", description = "The ONNX file.")
  private Path model;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "BUNDLE",
      description = "The folder to write. An existing bundle is replaced.")
  private Path bundle;

  @Option(
      names = "--labels",
      paramLabel = "F",
      description =
          "The names of the model's classes, one on each line of a text file; kept in the device"
              + " half. Default, with --preprocess: those in the model's metadata, if any.")
  private Path labels;

  private record Written(
      @JsonUnwrapped ImportReport report, @JsonUnwrapped Told imported, @JsonIgnore Path bundle)
      implements Result {
    @Override
    public String text() {
      return report.table()
          + imported.text()
          + "\nWrote "
          + bundle
          + ", fingerprint "
          + report.fingerprint()
          + "."
          + report.lastWord();
    }
  }

  @Override
  public Integer call() {
    ImportArguments.Imported result = arguments.importModel(model, labels, output);
    ModelBundle imported = result.bundle();
    imported.write(bundle);
    output.result(new Written(ImportReport.of(imported), result.told(), bundle));
    return 0;
  }
}
