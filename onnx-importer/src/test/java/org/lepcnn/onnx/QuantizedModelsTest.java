/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.plan.OffloadPolicy;

/**
 * Models of QuantizeLinear and DequantizeLinear: the integers behind every layer are ONNX
 * Runtime's, and what exact arithmetic gives.
 */
class QuantizedModelsTest {
  private static final ImportOptions ALL = ImportOptions.defaults().withOffload(OffloadPolicy.ALL);
  private static final int IN = 16;
  private static final int OUT = 32;
  private static final int SIZE = 16;

  /**
   * How near to a tie, in steps, rounding may go either way: ONNX Runtime adds a few hundred
   * products in float32, and the device rounds twice.
   */
  private static final double NEAR_A_TIE = 1e-3;

  @TempDir Path folder;
  private final Random random = new Random(3);

  /**
   * What a model is quantized with.
   *
   * @param weightScales one, or one for each output channel
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
  private record Quantization(
      float inputScale,
      DataType inputType,
      int inputZero,
      float[] weightScales,
      DataType weightType,
      int weightZero,
      float outputScale) {}

  static Stream<Arguments> quantizations() {
    float[] perTensor = {0.00317f};
    float[] perChannel = new float[OUT];
    for (int i = 0; i < OUT; i++) {
      perChannel[i] = 0.0011f + 0.000137f * i;
    }
    float[] power = {1 / 256f};
    return Stream.of(
        of("per tensor", 0.0271f, DataType.UINT8, 128, perTensor, DataType.INT8, 0),
        of("per channel", 0.0271f, DataType.UINT8, 128, perChannel, DataType.INT8, 0),
        of("weights of a power of two", 0.0271f, DataType.UINT8, 128, power, DataType.INT8, 0),
        of("activations of one", 1 / 32f, DataType.UINT8, 128, perTensor, DataType.INT8, 0),
        of("both", 1 / 32f, DataType.UINT8, 128, power, DataType.INT8, 0),
        of("signed activations", 0.0271f, DataType.INT8, -3, perChannel, DataType.INT8, 0),
        of("unsigned weights", 0.0271f, DataType.UINT8, 7, perTensor, DataType.UINT8, 131));
  }

  private static Arguments of(
      String name,
      float inputScale,
      DataType inputType,
      int inputZero,
      float[] weightScales,
      DataType weightType,
      int weightZero) {
    return Arguments.of(
        name,
        new Quantization(
            inputScale, inputType, inputZero, weightScales, weightType, weightZero, 0.0931f));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("quantizations")
  void integersBehindAConvolution_areOnnxRuntimes(String name, Quantization q) throws Exception {
    int[] weights = integers(q.weightType(), OUT * IN * 9);
    OnnxModels model = new OnnxModels(1).input("x", 1, IN, SIZE, SIZE);
    String scale = model.number(q.inputScale());
    String zero = model.integers(q.inputType(), new int[] {q.inputZero()});
    model.node("QuantizeLinear", "xq", "x " + scale + " " + zero);
    model.node("DequantizeLinear", "xd", "xq " + scale + " " + zero);
    model.node("Conv", "c", "xd " + dequantized(model, q, weights), ints("pads", 1, 1, 1, 1));
    model.node("Relu", "r", "c");
    String last = model.number(q.outputScale()) + " " + model.integers(DataType.UINT8, new int[1]);
    model.node("QuantizeLinear", "yq", "r " + last);
    model.node("Cast", "y", "yq", integer("to", DataType.FLOAT_VALUE));
    model.node("DequantizeLinear", "xi", "xq " + model.number(1) + " " + zero);
    model.output("y", "xi");
    IntegerNetwork network = new IntegerNetwork(model.write(folder), ALL);

    for (int seed = 0; seed < 3; seed++) {
      Map<String, OnnxTensor> inputs = network.inputs(seed, 3, false);
      Map<String, float[]> found = network.run(inputs);
      float[] expected = network.unfused(inputs).get("y");
      double[] exact = convolution(q, weights, found.get("xi"));
      for (int i = 0; i < expected.length; i++) {
        double steps = Math.max(0, exact[i]);
        boolean nearATie = Math.abs(steps - Math.floor(steps) - 0.5) < NEAR_A_TIE;
        float rounded = (float) Math.min(255, Math.rint(steps));
        assertThat(found.get("y")[i]).isEqualTo(nearATie ? expected[i] : rounded);
        assertThat(expected[i]).isEqualTo(nearATie ? found.get("y")[i] : rounded);
      }
    }
    assertStatedRange(network.bundle(), q);
  }

  private static void assertStatedRange(ModelBundle bundle, Quantization q) {
    LayerReport line = bundle.device().report().get(0);
    assertThat(line.offloaded()).isTrue();
    assertThat(line.bits()).isEqualTo(9);
    boolean signed = q.weightType() == DataType.INT8;
    assertThat(bundle.edge().weights().get(0).maxMagnitude())
        .isEqualTo(signed ? 128 : q.weightZero());
  }

  /** Depths at which the weights leave 17 bits, and do not. */
  @ParameterizedTest(name = "{0}, zero point {1}, depth {2}")
  @CsvSource({"INT16, 0, 100, true", "UINT16, 32768, 100, true", "INT16, 0, 1000, false"})
  void integersOf16Bits_areExactWhereTheProofLeavesRoom(
      DataType type, int zero, int depth, boolean exact) throws Exception {
    OnnxModels model = new OnnxModels(5).opset(21).ir(10).input("x", 1, depth);
    String parameters = model.number(0.00017f) + " " + model.integers(type, new int[] {zero});
    model.node("QuantizeLinear", "xq", "x " + parameters);
    model.node("DequantizeLinear", "xd", "xq " + parameters);
    float step = 1 / 256f;
    String weights = model.integers(DataType.INT8, integers(DataType.INT8, depth * 8), depth, 8);
    model.node("DequantizeLinear", "w", weights + " " + model.number(step));
    model.node("MatMul", "m", "xd w");
    String last = model.number(0.01f) + " " + model.integers(type, new int[] {zero});
    model.node("QuantizeLinear", "yq", "m " + last);
    model.node("DequantizeLinear", "y", "yq " + last);
    Path file = model.output("y").write(folder);
    IntegerNetwork network = new IntegerNetwork(file, ALL);

    assertThat(network.bundle().device().report().get(0).offloaded()).isTrue();
    assertThat(network.bundle().device().report().get(0).bits() == 17).isEqualTo(exact);
    assertThat(ModelImporter.prepare(file, ALL).notes()).hasSize(exact ? 0 : 1);
    for (int seed = 0; seed < 3 && exact; seed++) {
      Map<String, OnnxTensor> inputs = network.inputs(seed, 5, false);
      assertThat(network.run(inputs).get("y")).isEqualTo(network.unfused(inputs).get("y"));
    }
  }

  @Test
  void weightsOf16Bits_areRounded_andThatIsSaid() throws Exception {
    OnnxModels model = new OnnxModels(5).opset(21).ir(10).input("x", 1, 50);
    int[] weights = random.ints(400, -32768, 32768).toArray();
    String integers = model.integers(DataType.INT16, weights, 50, 8);
    model.node("DequantizeLinear", "w", integers + " " + model.number(0.0001f));
    model.node("MatMul", "y", "x w");
    Path file = model.output("y").write(folder);

    LayerReport line = new IntegerNetwork(file, ALL).bundle().device().report().get(0);
    assertThat(line.offloaded()).isTrue();
    assertThat(line.weightBits()).isEqualTo(12);
    assertThat(ModelImporter.prepare(file, ALL).notes())
        .singleElement()
        .asString()
        .contains("16 bits");
  }

  @Test
  void resultsInteger_canBeSharedByLayersAndTheDevice() throws Exception {
    OnnxModels model = new OnnxModels(5).input("x", 1, 64);
    String parameters = model.number(0.0171f) + " " + model.integers(DataType.INT8, new int[] {5});
    model.node("QuantizeLinear", "xq", "x " + parameters);
    model.node("DequantizeLinear", "xd", "xq " + parameters);
    for (String name : new String[] {"a", "b"}) {
      model.node("Gemm", name, "xd " + quantized(model, 64, 64), integer("transB", 1));
    }
    model.node("Add", "ab", "a b");
    model.node("Add", "s", "ab xd");
    model.node("QuantizeLinear", "sq", "s " + parameters.replaceFirst("^\\S+", model.number(0.3f)));
    model.node("Cast", "y", "sq", integer("to", DataType.FLOAT_VALUE));
    model.output("y");
    IntegerNetwork network = new IntegerNetwork(model.write(folder), ALL);

    assertThat(network.bundle().plan().tensors()).hasSize(1);
    for (int seed = 0; seed < 5; seed++) {
      Map<String, OnnxTensor> inputs = network.inputs(seed, 2, false);
      assertThat(network.run(inputs).get("y")).isEqualTo(network.unfused(inputs).get("y"));
    }
  }

  @Test
  void aGridLasts_throughWhatMovesAndChoosesItsElements() throws Exception {
    OnnxModels model = new OnnxModels(6).input("x", 1, 4, 6, 6);
    String parameters = model.number(0.0171f) + " " + model.integers(DataType.INT8, new int[] {5});
    model.node("QuantizeLinear", "xq", "x " + parameters);
    model.node("DequantizeLinear", "xd", "xq " + parameters);
    model.node("MaxPool", "p", "xd", ints("kernel_shape", 2, 2), ints("strides", 1, 1));
    model.node("Transpose", "t", "p", ints("perm", 0, 1, 3, 2));
    model.node("Concat", "c", "p t", integer("axis", 1));
    model.node("Pad", "d", "c " + model.integers(0, 0, 1, 1, 0, 0, 1, 1));
    model.node("Clip", "r", "d " + model.number(0) + " " + model.number(100 * 0.0171f));
    model.node("Conv", "m", "r " + model.weights(0, 8, 8, 3, 3));
    model.node("Mul", "n", "m " + model.number(0.3f));
    model.node("Round", "y", "n");
    IntegerNetwork network = new IntegerNetwork(model.output("y").write(folder), ALL);

    // 127 is the first 2^(b−1) − 1 of at least 100
    assertThat(network.bundle().device().report().get(0).bits()).isEqualTo(8);
    assertThat(network.bundle().device().tensors().get(0).value()).isEqualTo("r_integers");
    for (int seed = 0; seed < 5; seed++) {
      Map<String, OnnxTensor> inputs = network.inputs(seed, 2, false);
      assertThat(network.run(inputs).get("y")).isEqualTo(network.unfused(inputs).get("y"));
    }
  }

  @Test
  void valuesOfTwoGrids_areRoundedAsOthersAre() throws Exception {
    OnnxModels model = new OnnxModels(6).input("x", 1, 4, 6, 6);
    for (float scale : new float[] {0.0171f, 0.0172f}) {
      String parameters = model.number(scale) + " " + model.integers(DataType.INT8, new int[] {5});
      model.node("QuantizeLinear", "q" + scale, "x " + parameters);
      model.node("DequantizeLinear", "d" + scale, "q" + scale + " " + parameters);
    }
    model.node("Concat", "c", "d0.0171 d0.0172", integer("axis", 1));
    model.node("Conv", "y", "c " + model.weights(0, 8, 8, 3, 3));

    ModelBundle bundle = FloatNetwork.assertImports(model.output("y").write(folder), ALL, 1, 1);

    assertThat(bundle.device().report().get(0).bits()).isGreaterThan(12);
    assertThat(bundle.device().tensors().get(0).value()).isEqualTo("c");
  }

  /** Σ w·k · s_x · s_w / s_y in float64, which is exact but for 10⁻¹⁵. */
  private static double[] convolution(Quantization q, int[] weights, float[] k) {
    double[] sums = new double[OUT * SIZE * SIZE];
    for (int i = 0; i < sums.length; i++) {
      int oc = i / (SIZE * SIZE);
      int row = i / SIZE % SIZE;
      int column = i % SIZE;
      long sum = 0;
      for (int w = 0; w < IN * 9; w++) {
        int y = row + w % 9 / 3 - 1;
        int x = column + w % 3 - 1;
        if (y >= 0 && y < SIZE && x >= 0 && x < SIZE) {
          int weight = weights[oc * IN * 9 + w] - q.weightZero();
          sum += (long) weight * (long) k[(w / 9 * SIZE + y) * SIZE + x];
        }
      }
      double scale = q.weightScales()[q.weightScales().length == 1 ? 0 : oc];
      sums[i] = sum * scale * q.inputScale() / q.outputScale();
    }
    return sums;
  }

  private String dequantized(OnnxModels model, Quantization q, int[] weights) {
    int[] zeros = new int[q.weightScales().length];
    Arrays.fill(zeros, q.weightZero());
    long[] dims = zeros.length == 1 ? new long[0] : new long[] {OUT};
    return model.node(
        "DequantizeLinear",
        "wd",
        model.integers(q.weightType(), weights, OUT, IN, 3, 3)
            + " "
            + model.constant(q.weightScales(), dims)
            + " "
            + model.integers(q.weightType(), zeros, dims),
        integer("axis", 0));
  }

  /** Weights of a random scale and a bias of it, as ONNX Runtime's own quantizer leaves them. */
  private String quantized(OnnxModels model, int out, int in) {
    float scale = 0.001f + random.nextFloat() / 100;
    String weights =
        model.node(
            "DequantizeLinear",
            "w" + random.nextInt(1 << 20),
            model.integers(DataType.INT8, integers(DataType.INT8, out * in), out, in)
                + " "
                + model.number(scale));
    int[] bias = random.ints(out, -3000, 3000).toArray();
    String biases =
        model.node(
            "DequantizeLinear",
            "b" + random.nextInt(1 << 20),
            model.integers(DataType.INT32, bias, out) + " " + model.number(scale * 0.0171f));
    return weights + " " + biases;
  }

  /** Numbers of an 8-bit type, the smallest and the largest among them. */
  private int[] integers(DataType type, int count) {
    int least = type == DataType.INT8 ? -128 : 0;
    int[] values = random.ints(count, least, least + 256).toArray();
    values[1] = least;
    values[2] = least + 255;
    return values;
  }
}
