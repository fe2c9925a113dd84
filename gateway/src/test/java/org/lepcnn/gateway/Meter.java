/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;

/** The repository's own model and pictures. */
public final class Meter {
  private Meter() {}

  static Path folder() {
    return LocalLayout.find().home().resolve("examples").resolve("meter-digits");
  }

  public static Path onnx() {
    return folder().resolve("meter-digits.onnx");
  }

  /** The model, imported. */
  public static ModelBundle importBundle() {
    return ModelImporter.importModel(onnx(), ImportOptions.defaults());
  }

  /** Its pictures. */
  public static List<Path> pictures() {
    try (Stream<Path> files = Files.list(folder().resolve("pictures"))) {
      return files.filter(file -> file.toString().endsWith(".png")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The pictures as inputs. */
  public static List<Inputs.Input> inputs(ModelBundle bundle) {
    List<Inputs.Input> inputs = new ArrayList<>();
    pictures().forEach(picture -> inputs.addAll(Inputs.read(picture, bundle.device().inputs())));
    return inputs;
  }
}
