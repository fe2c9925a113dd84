/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import java.lang.reflect.Array;

/**
 * The elements of a tensor.
 *
 * @param tensor whose
 */
public record TensorElements(HostTensor tensor) {
  /** How many there are. */
  public int size() {
    return Array.getLength(tensor.array());
  }

  /** Whether all are texts, and no numbers. */
  public boolean texts() {
    return tensor.array() instanceof String[];
  }

  /** Whether all are true or false; these are whole as well, 1 and 0. */
  public boolean truths() {
    return tensor.onnxType() == HostTensor.BOOL;
  }

  /** Whether all are whole numbers by their type. */
  public boolean whole() {
    return !(tensor.array() instanceof float[])
        && !(tensor.array() instanceof double[])
        && !texts();
  }

  /** One element of texts. */
  public String text(int index) {
    return ((String[]) tensor.array())[index];
  }

  /** One element; whole numbers above 2⁵³ are rounded. */
  public double number(int index) {
    if (tensor.array() instanceof float[] values) {
      return values[index];
    }
    return tensor.array() instanceof double[] values ? values[index] : integer(index);
  }

  /** One element of whole numbers, exactly. */
  public long integer(int index) {
    if (tensor.array() instanceof int[] values) {
      return values[index];
    }
    if (tensor.array() instanceof long[] values) {
      return values[index];
    }
    byte value = ((byte[]) tensor.array())[index];
    return tensor.onnxType() == HostTensor.INT8 ? value : value & 0xff;
  }
}
