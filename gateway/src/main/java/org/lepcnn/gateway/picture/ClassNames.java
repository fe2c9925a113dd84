/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.TextFile;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Naming;
import org.lepcnn.device.stage.HostTensor;

/** The names of a model's classes. */
public final class ClassNames {
  private static final long MAX_BYTES = 1L << 24;
  private static final int TOP = 5;

  /** ONNX's numbers of types that are widened to float32. */
  private static final int FLOAT16 = 10;

  private static final int BFLOAT16 = 16;

  private ClassNames() {}

  /**
   * Reads a text file with a name on each line, in the order of the scores. Empty lines at the end
   * count for nothing.
   */
  public static List<String> read(Path file) {
    try {
      List<String> names = new ArrayList<>();
      TextFile.read(file.toString(), file, MAX_BYTES)
          .lines()
          .map(String::strip)
          .forEach(names::add);
      while (!names.isEmpty() && names.get(names.size() - 1).isEmpty()) {
        names.remove(names.size() - 1);
      }
      int empty = names.indexOf("");
      if (names.isEmpty() || empty >= 0) {
        throw BadInputException.about("Reading " + file)
            .expected("a name on each line")
            .found(names.isEmpty() ? "none" : "none on line " + (empty + 1));
      }
      return names;
    } catch (IOException e) {
      throw BadInputException.about("Reading " + file)
          .expected("a text file with a name on each line")
          .found(e);
    }
  }

  /**
   * The naming of a model.
   *
   * @param outputs as one row of a pass has them
   * @param names of the classes; empty where nobody named them
   * @param softmax whether scores are made probabilities, as somebody said; or null
   * @param top how many classes are told, as somebody said; or null
   * @param probabilities outputs that the model itself brings between 0 and 1
   * @throws BadInputException no output has as many scores as there are names
   */
  public static Naming of(
      List<ValueSpec> outputs,
      List<String> names,
      Boolean softmax,
      Integer top,
      List<String> probabilities) {
    for (ValueSpec output : outputs) {
      long scores = scores(output);
      if (scores > 1 && (names.isEmpty() || scores == names.size())) {
        boolean logits = isFraction(output) && !probabilities.contains(output.name());
        return new Naming(
            output.name(),
            names,
            softmax != null ? softmax : logits,
            top != null ? top : (int) Math.min(TOP, scores));
      }
    }
    String found =
        outputs.stream()
            .map(output -> output.name() + " " + Arrays.toString(output.shape()))
            .toList()
            .toString();
    throw BadInputException.about("Naming the classes of the model")
        .expected(
            names.isEmpty()
                ? "an output with scores in a row"
                : "an output with " + names.size() + " scores, as many as there are names")
        .found("the outputs " + found);
  }

  /** How many scores an output has; 0 where it has none, or several rows of them. */
  private static long scores(ValueSpec output) {
    long[] shape = output.shape();
    boolean bytes = output.onnxType() == HostTensor.UINT8 || output.onnxType() == HostTensor.INT8;
    if (!isFraction(output) && !bytes) {
      return 0;
    }
    long[] more = Arrays.stream(shape).filter(size -> size != 1).toArray();
    return more.length == 1 ? more[0] : 0;
  }

  private static boolean isFraction(ValueSpec output) {
    return output.onnxType() == HostTensor.FLOAT
        || output.onnxType() == HostTensor.DOUBLE
        || output.onnxType() == FLOAT16
        || output.onnxType() == BFLOAT16;
  }
}
