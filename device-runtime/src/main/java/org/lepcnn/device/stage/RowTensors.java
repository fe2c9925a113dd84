/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;

/** The inputs of a batch as rows of one tensor each, and the rows of its outputs. */
public final class RowTensors {
  private final DeviceHalf half;

  public RowTensors(DeviceHalf half) {
    this.half = half;
  }

  /**
   * Checks what the application provides for one row.
   *
   * @throws BadInputException when a name is missing or unknown, or a type or shape is another
   */
  public void check(Map<String, HostTensor> row) {
    DeviceModel.checkInputs(half.modelName(), half.rowInputs(), row);
  }

  /**
   * The inputs of a pass.
   *
   * @param rows at most as many as the batch; an empty map stands for zeros, as do rows that lack
   */
  public Map<String, HostTensor> join(List<Map<String, HostTensor>> rows) {
    rows.stream().filter(row -> !row.isEmpty()).forEach(this::check);
    Map<String, HostTensor> joined = new LinkedHashMap<>();
    for (ValueSpec input : half.inputs()) {
      HostTensor whole = HostTensor.zeros(input.onnxType(), input.shape());
      int elements = (int) (HostTensor.elements(input.shape()) / half.batch());
      for (int row = 0; row < rows.size(); row++) {
        HostTensor part = rows.get(row).get(input.name());
        if (part != null) {
          System.arraycopy(part.array(), 0, whole.array(), row * elements, elements);
        }
      }
      joined.put(input.name(), whole);
    }
    return joined;
  }

  /**
   * The outputs of the first rows of a pass.
   *
   * @param count how many rows
   */
  public List<Map<String, HostTensor>> split(Map<String, HostTensor> outputs, int count) {
    List<Map<String, HostTensor>> rows = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      Map<String, HostTensor> values = new LinkedHashMap<>();
      for (Map.Entry<String, HostTensor> output : outputs.entrySet()) {
        values.put(output.getKey(), row(output.getValue(), row));
      }
      rows.add(values);
    }
    return rows;
  }

  private HostTensor row(HostTensor whole, int row) {
    long[] shape = whole.shape();
    shape[0] /= half.batch();
    HostTensor part = HostTensor.zeros(whole.onnxType(), shape);
    int elements = (int) HostTensor.elements(shape);
    System.arraycopy(whole.array(), row * elements, part.array(), 0, elements);
    return part;
  }
}
