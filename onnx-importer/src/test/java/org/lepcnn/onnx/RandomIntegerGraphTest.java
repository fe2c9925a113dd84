/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.onnx.plan.OffloadPolicy;

/** What the table of {@code docs/precision.md} calls exact, on random networks. */
@Tag("slow")
class RandomIntegerGraphTest {
  private static final ImportOptions ALL =
      ImportOptions.defaults().withOffload(OffloadPolicy.all());
  private static final int GRAPHS = 60;

  /** How near to a tie, in steps, float32 may round a sum of some hundred products either way. */
  private static final double NEAR_A_TIE = 1e-3;

  @TempDir Path folder;

  @Test
  void scalesOfPowersOfTwo_giveTheSameBits() throws Exception {
    for (int seed = 0; seed < GRAPHS; seed++) {
      IntegerNetwork network = network(new RandomIntegerGraph(seed, true));
      Map<String, OnnxTensor> inputs = network.inputs(seed, RandomIntegerGraph.RANGE, false);
      Map<String, float[]> found = network.run(inputs);
      for (Map.Entry<String, float[]> expected : network.unfused(inputs).entrySet()) {
        assertThat(withoutSignOfZero(found.get(expected.getKey())))
            .as("%s of graph %d", expected.getKey(), seed)
            .isEqualTo(withoutSignOfZero(expected.getValue()));
      }
    }
  }

  @Test
  void scalesOfAnySize_giveTheSameIntegers_butNextToATie() throws Exception {
    int elements = 0;
    int ties = 0;
    for (int seed = 0; seed < GRAPHS; seed++) {
      RandomIntegerGraph graph = new RandomIntegerGraph(seed, false);
      IntegerNetwork network = network(graph);
      Map<String, OnnxTensor> inputs = network.inputs(seed, RandomIntegerGraph.RANGE, false);
      Map<String, float[]> found = network.run(inputs);
      String[] between =
          graph.unrounded().stream().filter(name -> !name.equals("x")).toArray(String[]::new);
      Map<String, float[]> expected = network.unfused(inputs, between);
      int differing = 0;
      for (int i = 1; i < graph.rounded().size() && differing == 0; i++) {
        float[] values = expected.get(graph.unrounded().get(i));
        float[] right = expected.get(graph.rounded().get(i));
        float[] actual = found.get(graph.rounded().get(i));
        for (int k = 0; k < right.length; k++) {
          if (actual[k] != right[k]) {
            assertThat(distanceToATie(values[k] / graph.steps().get(i)))
                .as("%s of graph %d", graph.rounded().get(i), seed)
                .isLessThan(NEAR_A_TIE);
            differing++;
          }
        }
        elements += right.length;
      }
      ties += differing;
    }
    assertThat(ties).isLessThan(elements / 1000);
  }

  private static float[] withoutSignOfZero(float[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = values[i] + 0f;
    }
    return result;
  }

  private IntegerNetwork network(RandomIntegerGraph graph) {
    return new IntegerNetwork(graph.model().write(folder), ALL);
  }

  private static double distanceToATie(double steps) {
    return Math.abs(steps - Math.floor(steps) - 0.5);
  }
}
