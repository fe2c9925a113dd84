/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.graph.Tensors;

/**
 * Compares a bundle's plain integer network with ONNX Runtime element by element, without a
 * tolerance.
 */
public final class IntegerNetwork {
  private final Path file;
  private final ModelBundle bundle;

  public IntegerNetwork(Path file, ImportOptions options) {
    this.file = file;
    this.bundle = ModelImporter.importModel(file, options);
  }

  public ModelBundle bundle() {
    return bundle;
  }

  /** Numbers in [−range, range), or their integer parts, for every input. */
  public Map<String, OnnxTensor> inputs(int seed, float range, boolean integers)
      throws OrtException {
    Random random = new Random(seed);
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    for (ValueSpec input : bundle.device().inputs()) {
      float[] values = new float[Math.toIntExact(Tensors.elements(input.shape()))];
      for (int i = 0; i < values.length; i++) {
        float value = (random.nextFloat() * 2 - 1) * range;
        values[i] = integers ? (int) value : value;
      }
      inputs.put(
          input.name(),
          OnnxTensor.createTensor(
              OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), input.shape()));
    }
    return inputs;
  }

  /** The integer network's outputs. */
  public Map<String, float[]> run(Map<String, OnnxTensor> inputs) throws OrtException {
    return PlainNetwork.run(bundle, inputs, 1).outputs();
  }

  /**
   * ONNX Runtime's outputs of the model as the file has it, operator by operator.
   *
   * @param more values that are wanted as well
   */
  public Map<String, float[]> unfused(Map<String, OnnxTensor> inputs, String... more)
      throws OrtException, IOException {
    return expected(inputs, OptLevel.NO_OPT, more);
  }

  /**
   * ONNX Runtime's outputs of the model as the file has it.
   *
   * @param level ALL_OPT is how applications run it
   * @param more values that are wanted as well
   */
  public Map<String, float[]> expected(
      Map<String, OnnxTensor> inputs, OptLevel level, String... more)
      throws OrtException, IOException {
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(file)).toBuilder();
    for (String name : more) {
      model.getGraphBuilder().addOutput(ValueInfoProto.newBuilder().setName(name));
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(level);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      try (OrtSession session =
              OrtEnvironment.getEnvironment().createSession(model.build().toByteArray(), options);
          OrtSession.Result result = session.run(inputs)) {
        Map<String, float[]> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> output : result) {
          outputs.put(output.getKey(), PlainNetwork.floats((OnnxTensor) output.getValue()));
        }
        return outputs;
      }
    }
  }
}
