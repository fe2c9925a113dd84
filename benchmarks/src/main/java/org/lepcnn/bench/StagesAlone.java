/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.onnxruntime.OnnxSessions;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.device.stage.HostTensor;

/**
 * The device's stages by themselves, on inputs made once: what ONNX Runtime takes of a pass, in
 * time and in Java objects, whatever the rest of the device does.
 */
final class StagesAlone implements AutoCloseable {
  private final OrtEnvironment environment = QuietOnnxRuntime.environment();
  private final List<OrtSession> sessions = new ArrayList<>();
  private final List<Map<String, OnnxTensor>> feeds = new ArrayList<>();
  private final List<Set<String>> wanted = new ArrayList<>();
  private final Map<String, OnnxTensor> values = new HashMap<>();

  StagesAlone(DeviceHalf half, Map<String, HostTensor> inputs) throws OrtException {
    SplittableRandom random = new SplittableRandom(1);
    for (Map.Entry<String, HostTensor> input : inputs.entrySet()) {
      put(input.getKey(), input.getValue().floats(), input.getValue().shape());
    }
    for (int i = 0; i < half.stages().size(); i++) {
      open(half.stages().get(i));
      if (i < half.plan().rounds()) {
        for (LinearLayerSpec layer : half.plan().layersOfRound(i)) {
          DeviceHalf.LayerBinding binding = half.layers().get(layer.index());
          float[] result = BenchModel.uniform(random, binding.outputShape());
          put(binding.output(), result, binding.outputShape());
        }
      }
    }
  }

  /** All stages once. */
  void run() throws OrtException {
    for (int i = 0; i < sessions.size(); i++) {
      sessions.get(i).run(feeds.get(i), wanted.get(i)).close();
    }
  }

  @Override
  public void close() {
    values.values().forEach(OnnxTensor::close);
    for (OrtSession session : sessions) {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException("Releasing a device stage", e);
      }
    }
  }

  /** Loads a stage and runs it once, because later stages may read what it makes. */
  private void open(DeviceHalf.Stage stage) throws OrtException {
    if (stage.isEmpty()) {
      return;
    }
    sessions.add(
        OnnxSessions.open(
            "Loading a stage", stage.onnx(), options -> options.setIntraOpNumThreads(1)));
    Map<String, OnnxTensor> feed = new HashMap<>();
    stage.inputs().forEach(name -> feed.put(name, values.get(name)));
    feeds.add(feed);
    wanted.add(Set.copyOf(stage.outputs()));
    for (Map.Entry<String, OnnxValue> made :
        sessions.get(sessions.size() - 1).run(feed, Set.copyOf(stage.outputs()))) {
      values.put(made.getKey(), (OnnxTensor) made.getValue());
    }
  }

  private void put(String name, float[] data, long... shape) throws OrtException {
    values.put(name, OnnxTensor.createTensor(environment, FloatBuffer.wrap(data), shape));
  }
}
