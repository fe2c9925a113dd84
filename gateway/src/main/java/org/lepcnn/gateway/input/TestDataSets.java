/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;

/**
 * The {@code test_data_set_N} folders beside an ONNX model: {@code input_i.pb} and {@code
 * output_i.pb}.
 */
public final class TestDataSets {
  private TestDataSets() {}

  /**
   * A data set.
   *
   * @param name the folder's name
   * @param inputs the model's inputs by name
   * @param expected the expected outputs, in the model's order; may be empty
   */
  public record DataSet(String name, Map<String, HostTensor> inputs, List<HostTensor> expected) {}

  /** Reads all data sets of a folder, in the order of their numbers. */
  public static List<DataSet> read(Path folder, List<ValueSpec> inputs) {
    return read(folder, inputs, Integer.MAX_VALUE);
  }

  /** As {@link #read(Path, List)}, and no more than so many: the first ones. */
  public static List<DataSet> read(Path folder, List<ValueSpec> inputs, int most) {
    return folders(folder).stream().limit(most).map(path -> readSet(path, inputs)).toList();
  }

  private static DataSet readSet(Path folder, List<ValueSpec> inputs) {
    Map<String, HostTensor> values = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      Path file = folder.resolve("input_" + i + ".pb");
      if (!Files.exists(file)) {
        throw BadInputException.about("Reading " + folder)
            .expected("input_" + i + ".pb for the input '" + inputs.get(i).name() + "'")
            .found("none");
      }
      values.put(inputs.get(i).name(), TensorFile.read(file));
    }
    List<HostTensor> expected = new ArrayList<>();
    for (int i = 0; Files.exists(folder.resolve("output_" + i + ".pb")); i++) {
      expected.add(TensorFile.read(folder.resolve("output_" + i + ".pb")));
    }
    return new DataSet(folder.getFileName().toString(), values, expected);
  }

  private static List<Path> folders(Path folder) {
    try {
      return Folders.list(
              folder, path -> path.getFileName().toString().matches("test_data_set_\\d{1,6}"))
          .stream()
          .sorted(
              Comparator.comparingInt(
                  path ->
                      Integer.parseInt(
                          path.getFileName().toString().substring("test_data_set_".length()))))
          .toList();
    } catch (IOException e) {
      throw BadInputException.about("Reading test data")
          .expected("a folder with test_data_set_* folders")
          .found(e);
    }
  }
}
