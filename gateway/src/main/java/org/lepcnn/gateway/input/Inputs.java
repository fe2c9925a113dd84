/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.TensorElements;

/** Inputs of a model with one input, from pictures, NumPy files or ONNX tensors. */
public final class Inputs {
  /** What errors call an input that is no file. */
  private static final Path PAYLOAD = Path.of("the payload");

  private Inputs() {}

  /**
   * One named input.
   *
   * @param name for people: the file, and the row where there are several
   * @param path the file
   * @param values the model's inputs by name
   */
  public record Input(String name, Path path, Map<String, HostTensor> values) {}

  /**
   * Reads a file: {@code .npy} (one input or several), {@code .pb}, or a picture.
   *
   * @param inputs the model's inputs; there must be one
   * @return at least one input, each of the type and dimensions that the model wants
   * @throws BadInputException the file is none of these, holds nothing, or does not fit the model
   */
  public static List<Input> read(Path path, List<ValueSpec> inputs) {
    ValueSpec spec = onlyInput(inputs);
    if (Files.isDirectory(path)) {
      throw BadInputException.about("Reading " + path)
          .expected("a picture, .npy or .pb file")
          .found("a folder");
    }
    String name = path.getFileName().toString();
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".npy")) {
      NpyFile file = NpyFile.read(path);
      return rows(path, row -> name + "[" + row + "]", file, file.shape(), file.size(), spec);
    }
    if (lower.endsWith(".pb")) {
      HostTensor tensor = TensorFile.read(path);
      TensorElements elements = new TensorElements(tensor);
      if (elements.texts()) {
        throw BadInputException.about("Reading " + path)
            .expected("numbers")
            .found("texts", "Use the library.");
      }
      return rows(path, row -> name, Elements.of(tensor), tensor.shape(), elements.size(), spec);
    }
    return List.of(new Input(name, path, Map.of(spec.name(), PictureInput.read(path, spec))));
  }

  /**
   * As {@link #read}, of the bytes of a {@code .npy} file.
   *
   * @return the model's inputs by name, for each row
   */
  public static List<Map<String, HostTensor>> array(byte[] file, List<ValueSpec> inputs) {
    ValueSpec spec = onlyInput(inputs);
    NpyFile array = NpyFile.parse(PAYLOAD, file);
    return rows(PAYLOAD, row -> "", array, array.shape(), array.size(), spec).stream()
        .map(Input::values)
        .toList();
  }

  /**
   * As {@link #read}, of the bytes of a picture.
   *
   * @return the model's inputs by name
   */
  public static Map<String, HostTensor> picture(byte[] file, List<ValueSpec> inputs) {
    ValueSpec spec = onlyInput(inputs);
    return Map.of(spec.name(), PictureInput.of(PAYLOAD, Pictures.parse(PAYLOAD, file), spec));
  }

  /**
   * The one input of a model, whose values files provide.
   *
   * @throws BadInputException it has several
   */
  public static ValueSpec onlyInput(List<ValueSpec> inputs) {
    if (inputs.size() != 1) {
      throw BadInputException.about("Reading inputs from files")
          .expected("a model with one input")
          .found(
              inputs.size() + " inputs", "Use the library, or 'lepcnn check' with test data sets.");
    }
    return inputs.get(0);
  }

  private static List<Input> rows(
      Path path,
      IntFunction<String> name,
      Elements elements,
      long[] shape,
      int size,
      ValueSpec spec) {
    int rows = InputRows.count(path, shape, spec);
    int each = size / rows;
    List<Input> list = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      HostTensor tensor =
          elements.tensor("Reading " + path, row * each, each, spec.onnxType(), spec.shape());
      list.add(new Input(name.apply(row), path, Map.of(spec.name(), tensor)));
    }
    return list;
  }
}
