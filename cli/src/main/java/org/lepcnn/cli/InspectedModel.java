/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ImportReport;

/** What {@code lepcnn inspect} says of a bundle, or of the half of it that the edge has. */
final class InspectedModel {
  private static final List<String> PARTS =
      List.of(ModelBundle.MANIFEST_FILE, ModelBundle.EDGE_FILE, ModelBundle.DEVICE_FILE);

  private InspectedModel() {}

  /** Whether a file is a part of a bundle, by its name. */
  static boolean isPart(Path file) {
    return PARTS.contains(String.valueOf(file.getFileName()))
        && Files.exists(file.resolveSibling(ModelBundle.MANIFEST_FILE));
  }

  /** Looks at the folder of a bundle or edge half. */
  static InspectCommand.Finding read(Path folder) {
    return Files.exists(folder.resolve(ModelBundle.DEVICE_FILE))
        ? bundle(folder)
        : edgeHalf(folder);
  }

  private static InspectCommand.Finding bundle(Path folder) {
    ModelBundle bundle = ModelBundle.read(folder);
    ImportReport report = ImportReport.of(bundle);
    return new InspectCommand.Finding(
        "Model bundle of "
            + bundle.device().modelName()
            + "\nfingerprint "
            + bundle.fingerprint()
            + versions(folder)
            + "\n\n"
            + report.table(),
        Json.object()
            .put("kind", "bundle")
            .put("fingerprint", bundle.fingerprint().toString())
            .put("formatVersions", versionsJson(folder))
            .put("report", report.json()));
  }

  private static InspectCommand.Finding edgeHalf(Path folder) {
    ModelBundle.EdgeView view = ModelBundle.readEdge(folder);
    int layers = view.edge().plan().layers().size();
    int rounds = view.edge().plan().rounds();
    return new InspectCommand.Finding(
        "Edge half of a model bundle, "
            + layers
            + " layers in "
            + rounds
            + " rounds\nfingerprint "
            + view.fingerprint()
            + versions(folder),
        Json.object()
            .put("kind", "edgeHalf")
            .put("fingerprint", view.fingerprint().toString())
            .put("formatVersions", versionsJson(folder))
            .put("layers", layers)
            .put("rounds", rounds));
  }

  private static String versions(Path folder) {
    StringBuilder text = new StringBuilder();
    for (String part : present(folder)) {
      text.append(text.isEmpty() ? "\nformat versions " : ", ").append(part).append(' ');
      text.append(CheckedFile.statedVersion(folder.resolve(part)));
    }
    return text.toString();
  }

  private static Json.JsonObject versionsJson(Path folder) {
    Json.JsonObject json = Json.object();
    for (String part : present(folder)) {
      json.put(part, CheckedFile.statedVersion(folder.resolve(part)));
    }
    return json;
  }

  private static List<String> present(Path folder) {
    return PARTS.stream().filter(part -> Files.exists(folder.resolve(part))).toList();
  }
}
