/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.lepcnn.core.onnxruntime.OnnxSessions;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.device.stage.HostTensor;

/**
 * The baseline: a float model in ONNX Runtime with its default optimisations, inputs in direct
 * buffers that are made once. Threads may call {@link #run} at the same time.
 */
public final class PlainModel implements AutoCloseable {
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();

  private PlainModel(OrtSession session, Map<String, HostTensor> values) throws OrtException {
    this.session = session;
    OrtEnvironment environment = QuietOnnxRuntime.environment();
    for (Map.Entry<String, HostTensor> value : values.entrySet()) {
      float[] floats = value.getValue().floats();
      FloatBuffer direct =
          ByteBuffer.allocateDirect(Math.multiplyExact(floats.length, Float.BYTES))
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      direct.put(floats).rewind();
      inputs.put(
          value.getKey(), OnnxTensor.createTensor(environment, direct, value.getValue().shape()));
    }
  }

  public static PlainModel open(Path onnx, int threads, Map<String, HostTensor> inputs) {
    try {
      return new PlainModel(OnnxSessions.open(onnx, options -> apply(options, threads)), inputs);
    } catch (OrtException e) {
      throw new IllegalStateException("Loading " + onnx + " in ONNX Runtime", e);
    }
  }

  public static PlainModel open(byte[] onnx, int threads, Map<String, HostTensor> inputs) {
    try {
      return new PlainModel(
          OnnxSessions.open("Loading a layer", onnx, options -> apply(options, threads)), inputs);
    } catch (OrtException e) {
      throw new IllegalStateException("Loading a layer in ONNX Runtime", e);
    }
  }

  /** One inference; its outputs are released at once. */
  public void run() {
    try (OrtSession.Result result = session.run(inputs)) {
      if (result.size() == 0) {
        throw new IllegalStateException("The model has no output");
      }
    } catch (OrtException e) {
      throw new IllegalStateException("Running the plain model", e);
    }
  }

  /** Runs once; the elements of the first output. */
  long outputElements() {
    try (OrtSession.Result result = session.run(inputs)) {
      return ((OnnxTensor) result.get(0)).getInfo().getNumElements();
    } catch (OrtException e) {
      throw new IllegalStateException("Running the plain model", e);
    }
  }

  @Override
  public void close() {
    inputs.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("Releasing the plain model", e);
    }
  }

  private static void apply(OrtSession.SessionOptions options, int threads) throws OrtException {
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
  }
}
