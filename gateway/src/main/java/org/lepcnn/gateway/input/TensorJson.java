/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.TensorElements;

/**
 * A tensor as JSON: {@code {"type":"int64","shape":[1],"values":[7]}}, values in row-major order.
 * NaN and infinities are {@code null}, booleans {@code true} and {@code false}.
 *
 * @param values doubles, whole numbers, truth values or texts; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, not a value to compare
public record TensorJson(String type, long[] shape, Object values) {
  /** A tensor for each output. */
  public static Map<String, TensorJson> of(Map<String, HostTensor> outputs) {
    Map<String, TensorJson> tensors = new LinkedHashMap<>();
    outputs.forEach((name, tensor) -> tensors.put(name, of(tensor)));
    return tensors;
  }

  /** One tensor. */
  public static TensorJson of(HostTensor tensor) {
    return new TensorJson(
        ElementType.name(tensor.onnxType()), tensor.shape(), values(new TensorElements(tensor)));
  }

  private static Object values(TensorElements elements) {
    IntStream indices = IntStream.range(0, elements.size());
    if (elements.texts()) {
      return indices.mapToObj(elements::text).toList();
    }
    if (!elements.whole()) {
      return indices.mapToDouble(elements::number).toArray();
    }
    if (elements.truths()) {
      return indices.mapToObj(i -> elements.integer(i) != 0).toList();
    }
    return indices.mapToLong(elements::integer).toArray();
  }
}
