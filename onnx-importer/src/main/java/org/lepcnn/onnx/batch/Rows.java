/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.batch;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32C;
import org.lepcnn.onnx.graph.Tensors;

/**
 * What a run made of every value, row by row: a checksum of each row, and of outputs the row
 * itself.
 */
final class Rows {
  private final int batch;
  private final Map<String, long[]> sums = new HashMap<>();
  private final Map<String, List<RowValue>> rows = new HashMap<>();
  private final Map<String, long[]> dims = new HashMap<>();

  private Rows(int batch) {
    this.batch = batch;
  }

  /**
   * Reads a result.
   *
   * @param outputs whose rows are kept
   */
  static Rows of(OrtSession.Result result, int batch, Collection<String> outputs) {
    Rows rows = new Rows(batch);
    Set<String> kept = new HashSet<>(outputs);
    for (Map.Entry<String, OnnxValue> value : result) {
      if (value.getValue() instanceof OnnxTensor tensor) {
        rows.add(value.getKey(), tensor, kept.contains(value.getKey()));
      }
    }
    return rows;
  }

  private void add(String name, OnnxTensor tensor, boolean keep) {
    long[] shape = tensor.getInfo().getShape();
    dims.put(name, shape);
    if (shape.length == 0 || Tensors.elements(shape) % batch != 0) {
      return;
    }
    ByteBuffer data = tensor.getByteBuffer();
    List<RowValue> parts = new ArrayList<>();
    long[] checksums = new long[batch];
    for (int row = 0; row < batch; row++) {
      if (data == null) { // texts
        RowValue part = RowValue.row(tensor, row, batch);
        checksums[row] = part.textHash();
        parts.add(part);
      } else {
        int bytes = data.capacity() / batch;
        CRC32C sum = new CRC32C();
        sum.update(data.slice(row * bytes, bytes));
        checksums[row] = sum.getValue();
        if (keep) {
          parts.add(RowValue.row(tensor, row, batch));
        }
      }
    }
    sums.put(name, checksums);
    if (keep) {
      rows.put(name, parts);
    }
  }

  /** The values that divide into rows. */
  Set<String> names() {
    return sums.keySet();
  }

  /** Whether all rows but one are the same in another run. */
  boolean equalsBut(int changed, Rows other, String value) {
    long[] mine = sums.get(value);
    long[] others = other.sums.get(value);
    if (mine == null || others == null) {
      return false;
    }
    for (int row = 0; row < batch; row++) {
      if (row != changed && mine[row] != others[row]) {
        return false;
      }
    }
    return true;
  }

  /** The shape of a value; null when it is no tensor. */
  long[] dims(String value) {
    return dims.getOrDefault(value, new long[0]);
  }

  /** A row of an output that divides into rows. */
  RowValue row(String output, int row) {
    return Objects.requireNonNull(rows.get(output), output).get(row);
  }
}
