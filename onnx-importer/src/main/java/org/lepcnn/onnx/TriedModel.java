/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.nio.file.Path;
import java.util.Objects;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.run.Evaluation;

/**
 * A model that an {@link ImportTrial} has tried, with what ONNX Runtime computed of it there. Its
 * import need not load it again.
 */
public final class TriedModel {
  private final Path onnx;
  private final byte[] record;

  /**
   * @param onnx the file that was tried
   * @param record what the trial handed over; null when that was nothing
   */
  TriedModel(Path onnx, byte[] record) {
    this.onnx = Objects.requireNonNull(onnx, "onnx");
    this.record = record;
  }

  /** Whether the trial handed over what ONNX Runtime computed. */
  boolean isEvaluated() {
    return record != null;
  }

  /** Where the import of the model takes constants and types from. */
  Evaluation evaluation(Path file) {
    if (!onnx.equals(file)) {
      throw BadInputException.about("Importing a model that was tried").expected(onnx).found(file);
    }
    return record == null ? Evaluation.live() : Evaluation.read(record);
  }
}
