/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lepcnn.onnx.PlainNetwork;

/** What equalisation promises, on random networks. */
@Tag("slow")
class RandomChannelGraphTest {
  private static final int GRAPHS = 150;
  private static final int INTEGER_GRAPHS = 40;

  @Test
  void floatResults_keepTheirBits() throws OrtException {
    int scaled = 0;
    for (int seed = 0; seed < GRAPHS; seed++) {
      RandomChannelGraph graph = new RandomChannelGraph(seed);
      ChosenNetwork before = new ChosenNetwork(graph.model(), false);
      ChosenNetwork after = new ChosenNetwork(graph.model(), true);
      scaled += after.layers().stream().anyMatch(l -> after.isScaled(l.layer().output())) ? 1 : 0;
      Map<String, float[]> expected = run(before.floats(), seed);
      Map<String, float[]> found = run(after.floats(), seed);
      for (String name : expected.keySet()) {
        assertThat(found.get(name)).as("%s of graph %d", name, seed).isEqualTo(expected.get(name));
      }
    }
    assertThat(scaled).isGreaterThan(GRAPHS / 2);
  }

  /** Errors are a matter of chance: of single graphs little is promised, of all of them more. */
  @Test
  void integerErrors_areSmallerOnTheWhole_andNowhereTwiceAsLarge() throws OrtException {
    double logarithms = 0;
    for (int seed = 0; seed < INTEGER_GRAPHS; seed++) {
      RandomChannelGraph graph = new RandomChannelGraph(seed);
      ChosenNetwork before = new ChosenNetwork(graph.model(), false);
      double least = error(before, before.floats(), seed);
      double error = error(new ChosenNetwork(graph.model(), true), before.floats(), seed);
      assertThat(error).as("graph %d", seed).isLessThanOrEqualTo(2 * least);
      logarithms += Math.log(error / least);
    }
    assertThat(Math.exp(logarithms / INTEGER_GRAPHS)).as("mean factor").isLessThan(0.75);
  }

  /** The root mean square of the error of 8-bit weights over that of the values. */
  private static double error(ChosenNetwork network, byte[] floats, int seed) throws OrtException {
    Map<String, float[]> expected = run(floats, seed);
    Map<String, float[]> found =
        PlainNetwork.run(network.bundle(Precision.EIGHT_BITS), input(seed), 2).outputs();
    double worst = 0;
    for (String name : expected.keySet()) {
      double noise = 0;
      double signal = 0;
      float[] right = expected.get(name);
      for (int i = 0; i < right.length; i++) {
        double difference = (double) found.get(name)[i] - right[i];
        noise += difference * difference;
        signal += (double) right[i] * right[i];
      }
      worst = Math.max(worst, signal == 0 ? 0 : Math.sqrt(noise / signal));
    }
    return worst;
  }

  /** Operator by operator. */
  private static Map<String, float[]> run(byte[] model, int seed) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      try (OrtSession session = OrtEnvironment.getEnvironment().createSession(model, options);
          OrtSession.Result result = session.run(input(seed))) {
        Map<String, float[]> outputs = new LinkedHashMap<>();
        result.forEach(
            output -> {
              float[] values = PlainNetwork.floats((OnnxTensor) output.getValue());
              for (int i = 0; i < values.length; i++) {
                values[i] += 0f; // no zero has a sign
              }
              outputs.put(output.getKey(), values);
            });
        return outputs;
      }
    }
  }

  private static Map<String, OnnxTensor> input(int seed) throws OrtException {
    Random random = new Random(seed);
    float[] values = new float[3 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Map.of(
        "x",
        OnnxTensor.createTensor(
            OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), new long[] {1, 3, 8, 8}));
  }
}
