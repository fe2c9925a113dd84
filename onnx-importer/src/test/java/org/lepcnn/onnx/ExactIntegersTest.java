/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.ints;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.DeviceHalf.Stage;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.plan.OffloadPolicy;

/** Networks of integers in float32: the same bits as ONNX Runtime's, operator by operator. */
class ExactIntegersTest {
  private static final ImportOptions ALL =
      ImportOptions.defaults().withOffload(OffloadPolicy.all());
  private static final int CHANNELS = 32;

  @TempDir Path folder;
  private final Random random = new Random(14);

  @Test
  void factorAndAddendPerChannel_areFolded_andNothingIsRounded() throws Exception {
    OnnxModels model = integerConvolution();
    model.node("Mul", "m", "c " + perChannel(model, 200, 2000));
    model.node("Add", "a", "m " + perChannel(model, -1_000_000, 1_000_000));
    model.node("Div", "b", "a " + model.number(1 << 23));
    floorAndClip(model, "b");

    ModelBundle bundle = assertSameBits(model, 255, true);

    assertThat(operators(bundle)).containsExactly("Floor", "Clip");
    assertThat(bundle.edge().weights().get(0).parts()).isEqualTo(1);
  }

  @Test
  void integerWeights_areExactWithoutAFactorToo() throws Exception {
    OnnxModels model = integerConvolution();
    model.node("Div", "b", "c " + model.number(1 << 13));
    floorAndClip(model, "b");

    assertThat(operators(assertSameBits(model, 255, true))).containsExactly("Floor", "Clip");
  }

  @Test
  void whatWouldRoundInAnotherOrder_staysOnTheDevice() throws Exception {
    OnnxModels model = integerConvolution();
    model.node("Add", "a", "c " + perChannel(model, -1000, 1000));
    model.node("Mul", "m", "a " + perChannel(model, 200, 2000));
    model.node("Div", "b", "m " + model.number(1_000_003));
    floorAndClip(model, "b");

    assertThat(operators(assertSameBits(model, 255, true)))
        .containsExactly("Mul", "Div", "Floor", "Clip");
  }

  @Test
  void negativeAndZeroFactors_areExact() throws Exception {
    OnnxModels model = integerConvolution();
    float[] factors = new float[CHANNELS];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? -0.01f * i : 0.003f;
    }
    model.node("Mul", "m", "c " + model.constant(factors, 1, CHANNELS, 1, 1));
    model.node("Sub", "s", perChannel(model, -100, 100) + " m");
    model.node("Round", "y", "s");
    model.output("y");

    assertThat(operators(assertSameBits(model, 255, true))).containsExactly("Round");
  }

  @Test
  void normalizationOfIntegers_roundsAsOnnxRuntimeDoes() throws Exception {
    OnnxModels model = integerConvolution();
    String parameters =
        String.join(
            " ",
            model.vector(CHANNELS, -2, 2),
            model.vector(CHANNELS, -20, 20),
            model.vector(CHANNELS, -20_000, 20_000),
            model.vector(CHANNELS, 1e6, 1e8));
    model.node("BatchNormalization", "n", "c " + parameters);
    model.node("Mul", "m", "n " + model.number(4));
    floorAndClip(model, "m");

    assertThat(operators(assertSameBits(model, 255, true))).containsExactly("Floor", "Clip");
  }

  @Test
  void ranges_decideTheBits() throws Exception {
    OnnxModels model = new OnnxModels(1).input("x", 1, 8, 6, 6);
    model.node("Floor", "f", "x");
    model.node("Clip", "r", "f " + model.number(-1000) + " " + model.number(1000));
    model.node("MaxPool", "p", "r", ints("kernel_shape", 2, 2));
    model.node("Conv", "y", "p " + integers(model, 127, 8, 8, 3, 3));
    model.output("y");

    List<LayerReport> report = assertSameBits(model, 2000, false).device().report();

    // 1023 is the first 2^(b−1) − 1 of at least 1000
    assertThat(report.get(0).bits()).isEqualTo(11);
  }

  @Test
  void fakeQuantization_isReadAsItsIntegers() throws Exception {
    for (String between : List.of("", "Relu", "Flatten")) {
      OnnxModels model = new OnnxModels(1).input("x", 1, 64);
      model.node("Div", "d", "x " + model.number(0.0271f));
      model.node("Round", "r", "d");
      model.node("Clip", "q", "r " + model.number(-128) + " " + model.number(127));
      model.node("Mul", "s", "q " + model.number(0.0271f));
      String input = between.isEmpty() ? "s" : model.node(between, "t", "s");
      String weights = integers(model, 127, 64, 32);
      model.node("MatMul", "m", input + " " + weights);
      model.node("Mul", "c", "m " + model.number(0.0117f));
      model.node("Round", "y", "c");
      model.output("y");

      ModelBundle bundle = assertSameBits(model, 3, false);

      assertThat(bundle.device().report().get(0).bits()).isEqualTo(9);
      assertThat(bundle.device().layers().get(0).weightScales())
          .containsOnly((float) ((double) 0.0271f * 0.0117f));
      assertThat(operators(bundle)).containsExactly("Round");
    }
  }

  private OnnxModels integerConvolution() {
    OnnxModels model = new OnnxModels(1).input("x", 1, 16, 16, 16);
    String weights = integers(model, 127, CHANNELS, 16, 3, 3);
    model.node("Conv", "c", "x " + weights, ints("pads", 1, 1, 1, 1));
    return model;
  }

  private static void floorAndClip(OnnxModels model, String input) {
    model.node("Floor", "f", input);
    model.node("Clip", "y", "f " + model.number(0) + " " + model.number(255));
    model.output("y");
  }

  /** Integers in [−limit, limit] as float32. */
  private String integers(OnnxModels model, int limit, long... dims) {
    float[] values = new float[Math.toIntExact(Arrays.stream(dims).reduce(1, (a, b) -> a * b))];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(2 * limit + 1) - limit;
    }
    return model.constant(values, dims);
  }

  /** Integers in [low, high) as float32, one a channel. */
  private String perChannel(OnnxModels model, int low, int high) {
    float[] values = new float[CHANNELS];
    IntStream.range(0, CHANNELS).forEach(i -> values[i] = low + random.nextInt(high - low));
    return model.constant(values, 1, CHANNELS, 1, 1);
  }

  private ModelBundle assertSameBits(OnnxModels model, float range, boolean integers)
      throws Exception {
    IntegerNetwork network = new IntegerNetwork(model.write(folder), ALL);
    for (int seed = 0; seed < 3; seed++) {
      Map<String, OnnxTensor> inputs = network.inputs(seed, range, integers);
      assertThat(network.run(inputs).get("y")).isEqualTo(network.unfused(inputs).get("y"));
    }
    return network.bundle();
  }

  private static List<String> operators(ModelBundle bundle) throws Exception {
    Stage last = bundle.device().stages().get(bundle.plan().rounds());
    return ModelProto.parseFrom(last.onnx()).getGraph().getNodeList().stream()
        .map(NodeProto::getOpType)
        .toList();
  }
}
