/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.onnx.QuantizedNetwork.Form;
import org.lepcnn.onnx.QuantizedNetwork.Types;
import org.lepcnn.onnx.plan.OffloadPolicy;

/**
 * Whole networks of 8-bit integers: nearly all of their multiplications go to the edge, every
 * integer is the one that ONNX Runtime gives as applications run it, and so is the answer.
 */
@Tag("slow")
class QuantizedNetworkTest {
  private static final int INPUTS = 8;

  @TempDir Path folder;

  @ParameterizedTest(name = "{0}, {1} activations, {2} weights, per channel {3}")
  @CsvSource({
    "QDQ, UINT8, INT8, false",
    "QDQ, UINT8, INT8, true",
    "QDQ, INT8, INT8, true",
    "QDQ, UINT8, UINT8, false",
    "OPERATORS, UINT8, INT8, false",
    "OPERATORS, UINT8, INT8, true",
    "OPERATORS, INT8, INT8, true",
    "OPERATORS, UINT8, UINT8, false",
    "DYNAMIC, UINT8, INT8, false",
    "DYNAMIC, UINT8, INT8, true",
    "DYNAMIC, UINT8, UINT8, false",
    "DYNAMIC_FUSED, UINT8, INT8, false",
    "DYNAMIC_FUSED, UINT8, INT8, true",
    "DYNAMIC_FUSED, UINT8, UINT8, false"
  })
  void everyInteger_isOnnxRuntimes(
      Form form, DataType activations, DataType weights, boolean perChannel) throws Exception {
    Types types = new Types(activations, weights, perChannel);
    QuantizedNetwork quantized = new QuantizedNetwork(form, types, calibrated(types));
    Path file = quantized.model().write(folder);
    IntegerNetwork usual = new IntegerNetwork(file, ImportOptions.defaults());
    IntegerNetwork whole =
        new IntegerNetwork(file, ImportOptions.defaults().withOffload(OffloadPolicy.all()));

    assertThat(offloadedShare(usual)).isBetween(0.95, 0.97);
    assertThat(offloadedShare(whole)).isEqualTo(1);
    for (int seed = 0; seed < INPUTS; seed++) {
      Map<String, OnnxTensor> inputs = usual.inputs(seed, 1, false);
      Map<String, float[]> expected = usual.expected(inputs, OptLevel.ALL_OPT);
      for (IntegerNetwork network : List.of(usual, whole)) {
        Map<String, float[]> found = network.run(inputs);
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> assertThat(found.get(name)).as(name).isEqualTo(values));
      }
    }
  }

  /** The largest magnitudes of the float network's activations, numbered. */
  Map<String, Float> calibrated(Types types) throws Exception {
    QuantizedNetwork floats = new QuantizedNetwork(Form.FLOAT, types, Map.of());
    IntegerNetwork network =
        new IntegerNetwork(floats.model().write(folder), ImportOptions.defaults());
    List<String> names = floats.quantized();
    Map<String, Float> largest = new HashMap<>();
    for (int seed = 100; seed < 104; seed++) {
      Map<String, OnnxTensor> inputs = network.inputs(seed, 1, false);
      String[] inner = names.subList(1, names.size()).toArray(new String[0]);
      Map<String, float[]> values = network.unfused(inputs, inner);
      values.put("x", new float[] {1});
      for (int i = 0; i < names.size(); i++) {
        for (float value : values.get(names.get(i))) {
          largest.merge(Integer.toString(i), Math.abs(value), Math::max);
        }
      }
    }
    return largest;
  }

  private static double offloadedShare(IntegerNetwork network) {
    List<LayerReport> report = network.bundle().device().report();
    double all = report.stream().mapToLong(LayerReport::macs).sum();
    return report.stream().filter(LayerReport::offloaded).mapToLong(LayerReport::macs).sum() / all;
  }
}
