/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.util.HashMap;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;

/**
 * The values of one pass by name: in the Java heap, as native tensors, or both. Owns the native
 * ones. Used by one thread at a time.
 */
final class Activations implements AutoCloseable {
  private final Map<String, HostTensor> host = new HashMap<>();
  private final Map<String, OnnxTensor> onnx = new HashMap<>();

  Activations(Map<String, HostTensor> inputs) {
    host.putAll(inputs);
  }

  void put(String name, HostTensor value) {
    release(name);
    host.put(name, value);
  }

  /** Takes ownership of {@code value}. */
  void put(String name, OnnxTensor value) {
    release(name);
    onnx.put(name, value);
  }

  /** The value as a native tensor, which stays owned by this. */
  OnnxTensor onnx(OrtEnvironment environment, String name) throws OrtException {
    OnnxTensor value = onnx.get(name);
    if (value == null) {
      value = require(name).toOnnx(environment);
      onnx.put(name, value);
    }
    return value;
  }

  /** The value in the Java heap; not to be changed. */
  HostTensor host(String name) {
    HostTensor value = host.get(name);
    if (value == null) {
      OnnxTensor tensor = onnx.get(name);
      value = tensor == null ? require(name) : HostTensor.copyOf(tensor);
      host.put(name, value);
    }
    return value;
  }

  /**
   * The elements of a float32 value; not to be changed.
   *
   * @throws BadInputException when it has another type or another number of elements
   */
  float[] floats(String name, int elements) {
    float[] values = host(name).floats();
    if (values.length != elements) {
      throw new BadInputException(
          "Value '"
              + name
              + "': expected "
              + elements
              + " elements; found "
              + values.length
              + ". Import the model with the shapes that it is used with.");
    }
    return values;
  }

  /** Forgets a value that nothing needs any more. */
  void release(String name) {
    host.remove(name);
    OnnxTensor tensor = onnx.remove(name);
    if (tensor != null) {
      tensor.close();
    }
  }

  int size() {
    return host.size() + onnx.size();
  }

  @Override
  public void close() {
    host.clear();
    onnx.values().forEach(OnnxTensor::close);
    onnx.clear();
  }

  private HostTensor require(String name) {
    HostTensor value = host.get(name);
    if (value == null) {
      throw new IllegalStateException("The value " + name + " is not there");
    }
    return value;
  }
}
