/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.device.stage.HostTensor;

/** Inputs that a user picks to choose a precision by. */
public final class Samples {
  private Samples() {}

  /**
   * Reads {@code test_data_set_*} folders and the rows of {@code .npy} files.
   *
   * @param path a folder that holds them, or one {@code .npy} file
   * @return at least one map of inputs by name
   */
  public static List<Map<String, HostTensor>> read(Path path, ModelInputs inputs) {
    List<Map<String, HostTensor>> samples = new ArrayList<>();
    if (Files.isDirectory(path)) {
      TestDataSets.read(path, inputs, Integer.MAX_VALUE).forEach(set -> samples.add(set.inputs()));
    }
    for (Path file : arrays(path)) {
      Inputs.read(file, inputs.fed()).forEach(input -> samples.add(input.values()));
    }
    if (samples.isEmpty()) {
      throw BadInputException.about("Reading samples from " + path)
          .expected("test_data_set_* folders or .npy files")
          .found("none");
    }
    return samples;
  }

  private static List<Path> arrays(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try {
      return Folders.list(path, entry -> entry.toString().endsWith(".npy"));
    } catch (IOException e) {
      throw BadInputException.about("Reading samples")
          .expected("a folder that can be read")
          .found(e);
    }
  }
}
