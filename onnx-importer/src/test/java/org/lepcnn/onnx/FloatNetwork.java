/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.graph.Tensors;

/** Compares a bundle's plain integer network with ONNX Runtime on the original file. */
public final class FloatNetwork {
  private FloatNetwork() {}

  /**
   * Imports a model and asserts that its integer network stays within the bound that {@link
   * PlainNetwork} derives, on three random inputs in [−1, 1).
   *
   * @param rounds expected
   */
  public static ModelBundle assertImports(
      Path file, ImportOptions options, int rounds, double stageGain) throws OrtException {
    ModelBundle bundle = ModelImporter.importModel(file, options);
    assertThat(bundle.plan().rounds()).as("rounds").isEqualTo(rounds);
    for (int seed = 0; seed < 3; seed++) {
      Map<String, OnnxTensor> inputs = inputs(bundle, seed);
      PlainNetwork.Outputs answer = PlainNetwork.run(bundle, inputs, stageGain);
      Map<String, float[]> expected = run(ModelImporter.original(file, options), inputs);
      assertThat(answer.outputs().keySet()).isEqualTo(expected.keySet());
      expected.forEach((name, values) -> assertClose(name, answer, values));
    }
    return bundle;
  }

  private static void assertClose(String name, PlainNetwork.Outputs answer, float[] expected) {
    float[] found = answer.outputs().get(name);
    double bound = answer.bounds().get(name);
    assertThat(found).hasSameSizeAs(expected);
    double max = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      max = Math.max(max, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(expected[i] - found[i]));
    }
    assertThat(error).as("error of %s", name).isLessThanOrEqualTo(bound + 1e-5 * max);
    assertThat(bound).as("the bound must mean something").isLessThanOrEqualTo(0.05 * max + 1e-4);
  }

  public static Map<String, OnnxTensor> inputs(ModelBundle bundle, int seed) throws OrtException {
    Random random = new Random(seed);
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    for (ValueSpec input : bundle.device().inputs()) {
      float[] values = new float[Math.toIntExact(Tensors.elements(input.shape()))];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat() * 2 - 1;
      }
      inputs.put(
          input.name(),
          OnnxTensor.createTensor(
              OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), input.shape()));
    }
    return inputs;
  }

  /** All outputs of the original model, in float. */
  public static Map<String, float[]> run(Path file, Map<String, OnnxTensor> inputs)
      throws OrtException {
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString())) {
      return run(session, inputs);
    }
  }

  /** All outputs of a serialized model, in float. */
  public static Map<String, float[]> run(byte[] model, Map<String, OnnxTensor> inputs)
      throws OrtException {
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(model)) {
      return run(session, inputs);
    }
  }

  private static Map<String, float[]> run(OrtSession session, Map<String, OnnxTensor> inputs)
      throws OrtException {
    try (OrtSession.Result result = session.run(inputs)) {
      Map<String, float[]> outputs = new LinkedHashMap<>();
      for (Map.Entry<String, OnnxValue> output : result) {
        outputs.put(output.getKey(), PlainNetwork.floats((OnnxTensor) output.getValue()));
      }
      return outputs;
    }
  }
}
