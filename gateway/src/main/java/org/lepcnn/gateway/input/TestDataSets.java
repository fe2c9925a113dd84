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

  /** Reads all data sets of a folder, in the order of their numbers, of a model without more. */
  public static List<DataSet> read(Path folder, List<ValueSpec> inputs) {
    return read(folder, inputs, inputs.stream().map(ValueSpec::name).toList(), Integer.MAX_VALUE);
  }

  /**
   * Reads data sets of a folder, in the order of their numbers.
   *
   * @param inputs those to read
   * @param names all inputs of the model in its order, which numbers the files; also those that
   *     {@code inputs} lacks, since they are bound to a value
   * @param most no more than so many: the first ones
   */
  public static List<DataSet> read(
      Path folder, List<ValueSpec> inputs, List<String> names, int most) {
    return numbered(folder, SET).values().stream()
        .limit(most)
        .map(path -> readSet(path, inputs, names))
        .toList();
  }

  private static DataSet readSet(Path folder, List<ValueSpec> inputs, List<String> names) {
    Map<String, HostTensor> values = new LinkedHashMap<>();
    for (ValueSpec input : inputs) {
      String name = "input_" + names.indexOf(input.name()) + ".pb";
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
