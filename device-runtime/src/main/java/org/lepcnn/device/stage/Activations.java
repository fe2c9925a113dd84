/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;

/**
 * The values of one pass by name: in the Java heap, in native tensors of a pool, in tensors that
 * ONNX Runtime made, or in several of these. Owns what is not in the heap. Used by one thread at a
 * time.
 */
public final class Activations implements AutoCloseable {
  private final Map<String, HostTensor> host = new HashMap<>();
  private final Map<String, NativeTensor> pooled = new HashMap<>();

  /** Copies for ONNX Runtime of values that are in the heap. */
  private final Map<String, NativeTensor> copies = new HashMap<>();

  private final Map<String, OnnxTensor> onnx = new HashMap<>();
  private final NativeTensors pool;

  Activations(Map<String, HostTensor> inputs, NativeTensors pool) {
    this.pool = pool;
    host.putAll(inputs);
  }

  /** A new value, whose elements the caller sets. */
  public NativeTensor create(String name, long... shape) {
    release(name);
    NativeTensor tensor = pool.take(shape);
    pooled.put(name, tensor);
    return tensor;
  }

  public void put(String name, HostTensor value) {
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
    NativeTensor tensor = pooled.get(name);
    if (tensor != null) {
      return tensor.onnx(environment);
    }
    OnnxTensor value = onnx.get(name);
    return value != null ? value : onnxOfHost(environment, name);
  }

  /** In memory of the pool: fresh memory would stay taken, and readable, until a collection. */
  private OnnxTensor onnxOfHost(OrtEnvironment environment, String name) throws OrtException {
    NativeTensor copy = copies.get(name);
    if (copy == null) {
      HostTensor value = require(name);
      if (value.onnxType() == HostTensor.STRING) {
        OnnxTensor texts = value.toOnnx(environment);
        onnx.put(name, texts);
        return texts;
      }
      copy = pool.takeOf(value.onnxType(), value.shape());
      copies.put(name, copy);
      copy.set(value);
    }
    return copy.onnx(environment);
  }

  /** The value in the Java heap; not to be changed. */
  HostTensor host(String name) {
    HostTensor value = host.get(name);
    if (value == null) {
      NativeTensor tensor = pooled.get(name);
      value = tensor != null ? tensor.toHost() : hostOfOnnx(name);
      host.put(name, value);
    }
    return value;
  }

  /**
   * The elements of a float32 value in the Java heap; not to be changed.
   *
   * @throws BadInputException when it has another type or another number of elements
   */
  public float[] floats(String name, int elements) {
    float[] values = host(name).floats();
    requireElements(name, elements, values.length);
    return values;
  }

  /**
   * The elements of a float32 value wherever they are, for access by index; not to be changed.
   *
   * @throws BadInputException when it has another type or another number of elements
   */
  public FloatBuffer buffer(String name, int elements) {
    NativeTensor tensor = pooled.get(name);
    FloatBuffer values = tensor != null ? tensor.floats() : FloatBuffer.wrap(host(name).floats());
    requireElements(name, elements, values.capacity());
    return values;
  }

  /** Forgets a value that nothing needs any more. */
  void release(String name) {
    host.remove(name);
    NativeTensor reusable = pooled.remove(name);
    if (reusable != null) {
      pool.give(reusable);
    }
    NativeTensor copy = copies.remove(name);
    if (copy != null) {
      pool.give(copy);
    }
    OnnxTensor tensor = onnx.remove(name);
    if (tensor != null) {
      tensor.close();
    }
  }

  int size() {
    return host.size() + pooled.size() + copies.size() + onnx.size();
  }

  @Override
  public void close() {
    host.clear();
    pooled.values().forEach(pool::give);
    pooled.clear();
    copies.values().forEach(pool::give);
    copies.clear();
    onnx.values().forEach(OnnxTensor::close);
    onnx.clear();
  }

  private static void requireElements(String name, int expected, int found) {
    if (found != expected) {
      throw BadInputException.about("Value '" + name + "'")
          .expected(expected + " elements")
          .found(found, "Import the model with the shapes that it is used with.");
    }
  }

  private HostTensor hostOfOnnx(String name) {
    OnnxTensor tensor = onnx.get(name);
    return tensor == null ? require(name) : HostTensor.copyOf(tensor);
  }

  private HostTensor require(String name) {
    HostTensor value = host.get(name);
    if (value == null) {
      throw new IllegalStateException("The value " + name + " is not there");
    }
    return value;
  }
}
