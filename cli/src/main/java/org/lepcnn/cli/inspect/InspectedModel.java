/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.inspect;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.json.Result;
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
  static Result read(Path folder) {
    return Files.exists(folder.resolve(ModelBundle.DEVICE_FILE))
        ? bundle(folder)
        : edgeHalf(folder);
  }

  private static Result bundle(Path folder) {
    ModelBundle bundle = ModelBundle.read(folder);
    return new Bundle("bundle", bundle.fingerprint(), versions(folder), ImportReport.of(bundle));
  }

  private static Result edgeHalf(Path folder) {
    ModelBundle.EdgeView view = ModelBundle.readEdge(folder);
    Plan plan = view.edge().plan();
    return new EdgePart(
        "edgeHalf", view.fingerprint(), versions(folder), plan.layers().size(), plan.rounds());
  }

  private record Bundle(
      String kind,
      Fingerprint fingerprint,
      Map<String, Integer> formatVersions,
      ImportReport report)
      implements Result {
    @Override
    public String text() {
      return "Model bundle of "
          + report.model()
          + "\nfingerprint "
          + fingerprint
          + InspectedModel.text(formatVersions)
          + "\n\n"
          + report.table();
    }
  }

  private record EdgePart(
      String kind,
      Fingerprint fingerprint,
      Map<String, Integer> formatVersions,
      int layers,
      int rounds)
      implements Result {
    @Override
    public String text() {
      return "Edge half of a model bundle, "
          + layers
          + " layers in "
          + rounds
          + " rounds\nfingerprint "
          + fingerprint
          + InspectedModel.text(formatVersions);
    }
  }

  private static Map<String, Integer> versions(Path folder) {
    Map<String, Integer> versions = new LinkedHashMap<>();
    for (String part : PARTS) {
      Path file = folder.resolve(part);
      if (Files.exists(file)) {
        versions.put(part, CheckedFile.statedVersion(file));
      }
    }
    return versions;
  }

  private static String text(Map<String, Integer> versions) {
    return versions.entrySet().stream()
        .map(part -> part.getKey() + " " + part.getValue())
        .collect(Collectors.joining(", ", "\nformat versions ", ""));
  }
}
