/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.session.HostTensor;

/** Inputs of a model with one float input, from pictures, NumPy files or ONNX tensors. */
public final class Inputs {
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
   * Reads a file: {@code .npy} (one input a row), {@code .pb}, or a picture.
   *
   * @param inputs the model's inputs; there must be one, of type float32
   */
  public static List<Input> read(Path path, List<ValueSpec> inputs) {
    ValueSpec spec = onlyFloatInput(inputs);
    String name = path.getFileName().toString();
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".npy")) {
      return rows(path, name, spec);
    }
    HostTensor tensor = lower.endsWith(".pb") ? TensorFile.read(path) : picture(path, spec);
    return List.of(
        new Input(
            name,
            path,
            Map.of(spec.name(), HostTensor.of(fit(path, tensor.floats(), spec), spec.shape()))));
  }

  /** The one float input of a model, whose values files provide. */
  public static ValueSpec onlyFloatInput(List<ValueSpec> inputs) {
    if (inputs.size() != 1 || inputs.get(0).onnxType() != HostTensor.FLOAT) {
      throw new BadInputException(
          "Reading inputs from files: expected a model with one float32 input; found "
              + inputs.size()
              + " inputs. Use the library, or 'lepcnn check'.");
    }
    return inputs.get(0);
  }

  private static List<Input> rows(Path path, String name, ValueSpec spec) {
    NpyFile file = NpyFile.read(path);
    List<Input> list = new ArrayList<>();
    for (int row = 0; row < file.rows(); row++) {
      HostTensor tensor = HostTensor.of(fit(path, file.row(row), spec), spec.shape());
      list.add(new Input(name + "[" + row + "]", path, Map.of(spec.name(), tensor)));
    }
    return list;
  }

  private static HostTensor picture(Path path, ValueSpec spec) {
    long[] shape = spec.shape();
    if (shape.length != 4 || shape[0] != 1) {
      throw new BadInputException(
          "Reading the picture "
              + path
              + ": expected a model input of shape [1, channels, height, width]; found "
              + Arrays.toString(shape)
              + ". Use .npy or .pb inputs.");
    }
    float[] planes =
        Pictures.planes(Pictures.read(path), (int) shape[1], (int) shape[2], (int) shape[3]);
    return HostTensor.of(planes, shape);
  }

  private static float[] fit(Path path, float[] values, ValueSpec spec) {
    long expected = 1;
    for (long dimension : spec.shape()) {
      expected *= dimension;
    }
    if (values.length != expected) {
      throw new BadInputException(
          "Reading "
              + path
              + ": expected "
              + expected
              + " values for the input '"
              + spec.name()
              + "' of shape "
              + Arrays.toString(spec.shape())
              + "; found "
              + values.length
              + ".");
    }
    return values;
  }
}
