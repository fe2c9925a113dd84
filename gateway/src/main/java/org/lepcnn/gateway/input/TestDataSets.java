/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;

/**
 * The {@code test_data_set_N} folders beside an ONNX model: {@code input_i.pb} and {@code
 * output_i.pb}.
 */
public final class TestDataSets {
  private static final Pattern SET = Pattern.compile("test_data_set_(\\d{1,6})");
  private static final Pattern OUTPUT = Pattern.compile("output_(\\d{1,6})\\.pb");

  private TestDataSets() {}

  /**
   * A data set.
   *
   * @param name the folder's name
   * @param inputs the model's inputs by name
   * @param expected the expected outputs that are there, by the model's numbers; may be empty
   */
  public record DataSet(
      String name, Map<String, HostTensor> inputs, SortedMap<Integer, HostTensor> expected) {}

  /**
   * Reads data sets of a folder, in the order of their numbers.
   *
   * @param most no more than so many: the first ones
   * @throws BadInputException also for a data set with another value of an input than the import
   *     bound it to: what it expects is not what the imported model computes
   */
  public static List<DataSet> read(Path folder, ModelInputs inputs, int most) {
    return numbered(folder, SET).values().stream()
        .limit(most)
        .map(path -> readSet(path, inputs))
        .toList();
  }

  private static DataSet readSet(Path folder, ModelInputs inputs) {
    inputs.bound().keySet().forEach(name -> requireBound(folder, inputs, name));
    Map<String, HostTensor> values = new LinkedHashMap<>();
    for (ValueSpec input : inputs.fed()) {
      String name = inputs.file(input.name());
      Path file = folder.resolve(name);
      if (!Files.exists(file)) {
        throw BadInputException.about("Reading " + folder)
            .expected(name + " for the input '" + input.name() + "'")
            .found("none");
      }
      values.put(input.name(), TensorFile.read(file));
    }
    return new DataSet(folder.getFileName().toString(), values, expected(folder));
  }

  private static void requireBound(Path folder, ModelInputs inputs, String name) {
    Path file = folder.resolve(inputs.file(name));
    if (Files.exists(file) && !inputs.isBoundTo(name, TensorFile.read(file))) {
      throw BadInputException.about("Reading " + file)
          .expected("the value that the option --input binds '" + name + "' to")
          .found(
              "another",
              "Bind the input to the value of the data sets, or name a folder of data sets with the"
                  + " bound value.");
    }
  }

  private static SortedMap<Integer, HostTensor> expected(Path folder) {
    SortedMap<Integer, HostTensor> expected = new TreeMap<>();
    numbered(folder, OUTPUT).forEach((number, file) -> expected.put(number, TensorFile.read(file)));
    return expected;
  }

  /** What is in a folder under names of a form, by the number in the name. */
  private static SortedMap<Integer, Path> numbered(Path folder, Pattern form) {
    SortedMap<Integer, Path> numbered = new TreeMap<>();
    try {
      for (Path path : Folders.list(folder, each -> true)) {
        Matcher name = form.matcher(path.getFileName().toString());
        if (name.matches()) {
          numbered.put(Integer.parseInt(name.group(1)), path);
        }
      }
      return numbered;
    } catch (IOException e) {
      throw BadInputException.about("Reading test data")
          .expected("a folder with test_data_set_* folders")
          .found(e);
    }
  }
}
