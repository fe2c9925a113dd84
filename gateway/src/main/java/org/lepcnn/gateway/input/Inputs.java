/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Preprocessing;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.TensorElements;

/** Inputs of a model with one input, from pictures, NumPy files or ONNX tensors. */
public final class Inputs {
  private static final List<String> PICTURES =
      List.of(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp");

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
   * Reads a file for a model; pictures as its bundle says.
   *
   * @return at least one input, each as one row of a pass has it
   */
  public static List<Input> read(Path path, DeviceHalf model) {
    return read(path, model.rowInputs(), model.preprocessing());
  }

  /**
   * Reads a file, or the pictures in a folder in the order of their names.
   *
   * @return at least one input
   */
  public static List<Input> readAll(Path path, DeviceHalf model) {
    if (!Files.isDirectory(path)) {
      return read(path, model);
    }
    List<Input> inputs = new ArrayList<>();
    try {
      for (Path file : Folders.list(path, Inputs::isPicture)) {
        inputs.addAll(read(file, model));
      }
    } catch (IOException e) {
      throw BadInputException.about("Reading " + path).expected("a folder of pictures").found(e);
    }
    if (inputs.isEmpty()) {
      throw BadInputException.about("Reading " + path)
          .expected("files that end in one of " + PICTURES)
          .found("none");
    }
    return inputs;
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return PICTURES.stream().anyMatch(name::endsWith);
  }

  /** As {@link #read(Path, DeviceHalf)}, for a model whose bundle says nothing of pictures. */
  public static List<Input> read(Path path, List<ValueSpec> inputs) {
    return read(path, inputs, null);
  }

  /**
   * Reads a file: {@code .npy} (one input or several), {@code .pb}, or a picture.
   *
   * @param inputs the model's inputs; there must be one
   * @param preprocessing of pictures; null where nobody said
   * @return at least one input, each of the type and dimensions that the model wants
   * @throws BadInputException the file is none of these, holds nothing, or does not fit the model
   */
  public static List<Input> read(Path path, List<ValueSpec> inputs, Preprocessing preprocessing) {
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
    return List.of(
        new Input(
            name, path, Map.of(spec.name(), PictureInput.reader(spec, preprocessing).read(path))));
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
   * @param preprocessing null where nobody said
   * @return the model's inputs by name
   */
  public static Map<String, HostTensor> picture(
      byte[] file, List<ValueSpec> inputs, Preprocessing preprocessing) {
    ValueSpec spec = onlyInput(inputs);
    return Map.of(
        spec.name(), PictureInput.reader(spec, preprocessing).read(PAYLOAD.toString(), file));
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
