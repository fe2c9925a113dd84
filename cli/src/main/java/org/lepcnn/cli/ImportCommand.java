/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ImportReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn import}. */
@Command(
    name = "import",
    description =
        "Turn an ONNX model into a bundle, and say what goes to the edge and what stays on the device.")
final class ImportCommand implements Callable<Integer> {
  @Mixin private Output output;
  @Mixin private ImportArguments arguments;

  @Parameters(paramLabel = "MODEL", description = "The ONNX file.")
  private Path model;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "BUNDLE",
      description = "The folder to write; a bundle that is there is replaced.")
  private Path bundle;

  @Override
  public Integer call() {
    ImportArguments.Imported result = arguments.importModel(model, output);
    ModelBundle imported = result.bundle();
    imported.write(bundle);
    ImportReport report = ImportReport.of(imported);
    Json.JsonObject json = report.json();
    result.addTo(json);
    output.result(
        report.table()
            + result.text()
            + "\nWrote "
            + bundle
            + ", fingerprint "
            + imported.fingerprint()
            + ".",
        json);
    return 0;
  }
}
