/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;

/**
 * Builds and imports a network of the zoo in a process with a heap of its own; fails unless all
 * layers of the topology, and no others, are offloaded.
 */
public final class ZooImportMain {
  private ZooImportMain() {}

  /** Arguments: name, working folder. Writes "rounds share macs" to the file {@code result}. */
  public static void main(String[] args) throws Exception {
    ZooModel model = ZooModel.named(args[0]);
    Path folder = Path.of(args[1]);
    Path file = folder.resolve(model.modelName() + ".onnx");
    model.write(file, 1);
    ModelBundle bundle = ModelImporter.importModel(file, ImportOptions.defaults());
    assertThat(bundle.plan().layers())
        .extracting(LinearLayerSpec::geometry)
        .containsExactlyInAnyOrderElementsOf(model.layers());
    ImportReport report = ImportReport.of(bundle);
    String line =
        String.format(
            Locale.ROOT,
            "%d %.6f %d",
            bundle.plan().rounds(),
            report.offloadedShare(),
            report.totalMacs());
    Files.writeString(folder.resolve("result"), line, StandardCharsets.UTF_8);
  }
}
