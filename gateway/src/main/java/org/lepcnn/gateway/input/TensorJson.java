/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.util.Map;
import org.lepcnn.core.io.Json;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.TensorElements;

/**
 * Tensors as JSON: {@code {"type":"int64","shape":[1],"values":[7]}}, values in row-major order.
 * NaN and infinities are {@code null}, booleans {@code true} and {@code false}.
 */
public final class TensorJson {
  private TensorJson() {}

  /** An object with a member for each output. */
  public static Json of(Map<String, HostTensor> outputs) {
    Json.JsonObject object = Json.object();
    outputs.forEach((name, tensor) -> object.put(name, of(tensor)));
    return object;
  }

  /** One tensor. */
  public static Json of(HostTensor tensor) {
    Json.JsonArray shape = Json.array();
    for (long dimension : tensor.shape()) {
      shape.add(dimension);
    }
    return Json.object()
        .put("type", ElementType.name(tensor.onnxType()))
        .put("shape", shape)
        .put("values", values(tensor));
  }

  private static Json values(HostTensor tensor) {
    Json.JsonArray values = Json.array();
    if (tensor.array() instanceof float[] floats) {
      for (float value : floats) {
        values.add(value);
      }
    } else if (tensor.array() instanceof double[] doubles) {
      for (double value : doubles) {
        values.add(value);
      }
    } else {
      TensorElements elements = new TensorElements(tensor);
      for (int i = 0; i < elements.size(); i++) {
        if (tensor.onnxType() == HostTensor.BOOL) {
          values.add(elements.integer(i) != 0);
        } else {
          values.add(elements.integer(i));
        }
      }
    }
    return values;
  }
}
