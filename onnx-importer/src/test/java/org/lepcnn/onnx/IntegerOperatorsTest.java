/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;
import static org.lepcnn.onnx.OnnxModels.real;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.plan.LayerReference;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.Precision;

/** Operators on integers: every bit as ONNX Runtime's own kernels give it. */
class IntegerOperatorsTest {
  private static final ImportOptions ALL = ImportOptions.defaults().withOffload(OffloadPolicy.ALL);
  private static final String DYNAMIC = "DynamicQuantizeLinear";

  @TempDir Path folder;
  private final Random random = new Random(8);

  @ParameterizedTest(name = "{0} {1}, {2} {3}, bias {4}, per channel {5}")
  @CsvSource({
    "UINT8, 128, INT8, 0, false, false",
    "UINT8, 3, INT8, 0, true, true",
    "UINT8, 0, UINT8, 120, true, false",
    "INT8, -5, INT8, 0, true, true",
    "INT8, 100, INT8, 0, false, true"
  })
  void qLinearConv_isOnnxRuntimes(
      DataType inputType, int inputZero, DataType weightType, int zero, boolean bias, boolean each)
      throws Exception {
    OnnxModels model = new OnnxModels(2).input("x", 1, 12, 11, 13);
    String input = model.number(0.0271f) + " " + scalar(model, inputType, inputZero);
    model.node("QuantizeLinear", "xq", "x " + input);
    int outputs = each ? 24 : 1;
    int[] zeros = new int[outputs];
    Arrays.fill(zeros, zero);
    long[] dims = each ? new long[] {24} : new long[0];
    String weights =
        model.integers(weightType, integers(weightType, 24 * 6 * 9), 24, 6, 3, 3)
            + " "
            + model.constant(model.numbers(outputs, 0.001, 0.004), dims)
            + " "
            + model.integers(weightType, zeros, dims);
    String output = model.number(0.0731f) + " " + scalar(model, inputType, inputZero);
    String last = bias ? " " + model.integers(DataType.INT32, biases(24), 24) : "";
    model.node(
        "QLinearConv",
        "yq",
        "xq " + input + " " + weights + " " + output + last,
        ints("pads", 1, 0, 2, 1),
        ints("strides", 1, 2),
        integer("group", 2));
    model.node("Cast", "y", "yq", integer("to", DataType.FLOAT_VALUE));

    ModelBundle bundle = assertSameBits(model.output("y"));

    LayerReport line = bundle.device().report().get(0);
    assertThat(line.op()).isEqualTo("QLinearConv");
    assertThat(line.shape()).isEqualTo("24x6x3x3");
    assertThat(line.bits()).isEqualTo(9);
    assertThat(line.macs()).isEqualTo(24 * 6 * 9 * 12 * 6);
  }

  @Test
  void qLinearMatMul_isOnnxRuntimes() throws Exception {
    OnnxModels model = new OnnxModels(2).input("x", 2, 5, 48);
    String input = model.number(0.0171f) + " " + scalar(model, DataType.UINT8, 99);
    model.node("QuantizeLinear", "xq", "x " + input);
    String weights =
        model.integers(DataType.INT8, integers(DataType.INT8, 48 * 20), 48, 20)
            + " "
            + model.constant(model.numbers(20, 0.001, 0.004), 20)
            + " "
            + model.integers(DataType.INT8, new int[20], 20);
    String output = model.number(0.0331f) + " " + scalar(model, DataType.UINT8, 128);
    model.node("QLinearMatMul", "yq", "xq " + input + " " + weights + " " + output);
    model.node("Cast", "y", "yq", integer("to", DataType.FLOAT_VALUE));

    assertSameBits(model.output("y"));
  }

  @ParameterizedTest(name = "transposed {0}, quantized {1}, bias {2}")
  @CsvSource({"true, true, true", "false, true, false", "true, false, true", "false, false, false"})
  void qGemm_isOnnxRuntimes(boolean transposed, boolean quantized, boolean bias) throws Exception {
    OnnxModels model = contributed(new OnnxModels(2).input("x", 3, 48));
    String input = model.number(0.0171f) + " " + scalar(model, DataType.UINT8, 99);
    model.node("QuantizeLinear", "xq", "x " + input);
    long[] dims = transposed ? new long[] {20, 48} : new long[] {48, 20};
    String weights =
        model.integers(DataType.INT8, integers(DataType.INT8, 48 * 20), dims)
            + " "
            + model.constant(model.numbers(20, 0.001, 0.004), 20)
            + " "
            + model.integers(DataType.INT8, new int[20], 20);
    String addend = bias ? model.integers(DataType.INT32, biases(20), 20) : "";
    String output =
        quantized ? " " + model.number(0.0331f) + " " + scalar(model, DataType.UINT8, 128) : "";
    AttributeProto[] attributes = {integer("transB", transposed ? 1 : 0), real("alpha", 0.7f)};
    String result = quantized ? "yq" : "y";
    model.node(
        "com.microsoft",
        "QGemm",
        List.of(result),
        "xq " + input + " " + weights + " " + addend + output,
        attributes);
    if (quantized) {
      model.node("Cast", "y", "yq", integer("to", DataType.FLOAT_VALUE));
    }

    assertSameBits(model.output("y"));
  }

  @Test
  void convInteger_behindDynamicQuantization_isOnnxRuntimes() throws Exception {
    OnnxModels model = new OnnxModels(2).input("x", 1, 16, 10, 10);
    model.node("", DYNAMIC, List.of("xq", "sx", "zx"), "x");
    String weights =
        model.integers(DataType.INT8, integers(DataType.INT8, 32 * 16 * 9), 32, 16, 3, 3);
    model.node(
        "ConvInteger",
        "c",
        "xq " + weights + " zx " + scalar(model, DataType.INT8, 0),
        ints("pads", 1, 1, 1, 1));
    model.node("Cast", "f", "c", integer("to", DataType.FLOAT_VALUE));
    model.node("Mul", "s", "sx " + model.number(0.00317f));
    model.node("Mul", "y", "f s");

    ModelBundle bundle = assertSameBits(model.output("y"));

    assertThat(bundle.device().report().get(0).offloaded()).isTrue();
    assertThat(bundle.device().report().get(0).bits()).isEqualTo(9);
  }

  /** As ONNX Runtime's dynamic quantization leaves an attention layer. */
  @Test
  void productsOfOneDynamicallyQuantizedValue_shareAMask() throws Exception {
    OnnxModels model = new OnnxModels(2).input("x", 1, 6, 64);
    model.node("", DYNAMIC, List.of("xq", "sx", "zx"), "x");
    for (String name : List.of("q", "k", "v")) {
      String weights = model.integers(DataType.UINT8, integers(DataType.UINT8, 64 * 64), 64, 64);
      model.node(
          "MatMulInteger",
          name + "i",
          "xq " + weights + " zx " + scalar(model, DataType.UINT8, 131));
      model.node("Cast", name + "f", name + "i", integer("to", DataType.FLOAT_VALUE));
      model.node("Mul", name + "s", "sx " + model.number(0.0021f));
      model.node("Mul", name + "m", name + "f " + name + "s");
      model.node("Add", name, name + "m " + model.vector(64, -1, 1));
    }

    ModelBundle bundle = assertSameBits(model.output("q", "k", "v"));

    assertThat(bundle.plan().tensors()).hasSize(1);
    assertThat(bundle.plan().layers()).hasSize(3);
  }

  /** What ONNX Runtime's optimizer makes of these. */
  @ParameterizedTest(name = "{0}, zero {1}, per channel {2}, bias {3}")
  @CsvSource({
    "INT8, 0, false, true",
    "INT8, 0, true, true",
    "UINT8, 131, false, false",
    "UINT8, 131, true, true",
    "INT8, 5, true, false"
  })
  void dynamicQuantizeMatMul_isOnnxRuntimes(DataType type, int zero, boolean each, boolean bias)
      throws Exception {
    OnnxModels model = contributed(new OnnxModels(2).input("x", 2, 6, 64));
    for (String name : List.of("q", "k")) {
      String last = bias ? " " + model.vector(40, -1, 1) : "";
      product(model, "DynamicQuantizeMatMul", name, "x", scaled(model, type, zero, each) + last);
    }

    ModelBundle bundle = assertSameBits(model.output("q", "k"));

    assertThat(bundle.plan().tensors()).hasSize(1);
    assertThat(bundle.device().report()).allMatch(LayerReport::offloaded);
    assertThat(bundle.device().report().get(0).bits()).isEqualTo(9);
    assertThat(bundle.device().report().get(0).macs()).isEqualTo(12 * 64 * 40);
  }

  @ParameterizedTest(name = "{0}, per channel {1}, bias {2}, computed scale {3}")
  @CsvSource({
    "UINT8, false, true, true",
    "UINT8, true, true, true",
    "UINT8, true, false, false",
    "UINT8, false, true, false",
    "INT8, true, true, false"
  })
  void matMulIntegerToFloat_isOnnxRuntimes(
      DataType inputType, boolean each, boolean bias, boolean computed) throws Exception {
    OnnxModels model = contributed(new OnnxModels(2).input("x", 5, 64));
    String scale = computed ? "sx" : model.number(0.0171f);
    String zero = computed ? "zx" : scalar(model, inputType, 99);
    if (computed) {
      model.node("", DYNAMIC, List.of("xq", "sx", "zx"), "x");
    } else {
      model.node("QuantizeLinear", "xq", "x " + scale + " " + zero);
    }
    String[] weights = scaled(model, DataType.INT8, 0, each).split(" ");
    String inputs =
        String.join(" ", weights[0], scale, weights[1], zero, weights[2])
            + (bias ? " " + model.vector(40, -1, 1) : "");
    product(model, "MatMulIntegerToFloat", "m", "xq", inputs);
    model.node("Relu", "y", "m");

    ModelBundle bundle = assertSameBits(model.output("y"));

    assertThat(bundle.device().report().get(0).offloaded()).isTrue();
    // constant scales and the bias are part of the layer
    assertThat(bundle.device().layers().get(0).output()).isEqualTo(computed ? "m_sums" : "m");
  }

  @Test
  void oneValueWithTwoZeroPoints_isTwoOperands() throws Exception {
    OnnxModels model = quantized(new OnnxModels(2).input("x", 3, 64));
    String weights = model.integers(DataType.INT8, integers(DataType.INT8, 64 * 32), 64, 32);
    model.node("MatMulInteger", "i", "xq " + weights + " zero");
    model.node("MatMulInteger", "k", "xq " + weights + " " + scalar(model, DataType.UINT8, 3));
    model.node("Cast", "y", "i", integer("to", DataType.FLOAT_VALUE));
    model.node("Cast", "z", "k", integer("to", DataType.FLOAT_VALUE));

    assertThat(assertSameBits(model.output("y", "z")).plan().tensors()).hasSize(2);
  }

  @Test
  void operatorsOfOnnxRuntimesOwnBetweenLayers_runOnTheDevice() throws Exception {
    OnnxModels model = contributed(quantized(new OnnxModels(2).input("x", 1, 64)));
    String parameters = model.number(0.0171f) + " zero";
    model.node(
        "com.microsoft",
        "QLinearAdd",
        List.of("s"),
        String.join(" ", "xq", parameters, "xq", parameters, parameters));
    model.node(
        "com.microsoft",
        "QLinearLeakyRelu",
        List.of("r"),
        "s " + parameters + " " + parameters,
        real("alpha", 0.1f));
    String[] weights = scaled(model, DataType.INT8, 0, true).split(" ");
    String inputs =
        String.join(" ", weights[0], model.number(0.0171f), weights[1], "zero", weights[2]);
    product(model, "MatMulIntegerToFloat", "y", "r", inputs);

    assertThat(assertSameBits(model.output("y")).plan().rounds()).isEqualTo(1);
  }

  private static OnnxModels contributed(OnnxModels model) {
    model
        .model()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1));
    return model;
  }

  private static void product(
      OnnxModels model, String op, String output, String input, String others) {
    model.node("com.microsoft", op, List.of(output), input + " " + others);
  }

  /** Weights [64, 40], their scales and zero points. */
  private String scaled(OnnxModels model, DataType type, int zero, boolean each) {
    int scales = each ? 40 : 1;
    long[] dims = each ? new long[] {40} : new long[0];
    int[] zeros = new int[scales];
    Arrays.fill(zeros, zero);
    return model.integers(type, integers(type, 64 * 40), 64, 40)
        + " "
        + model.constant(model.numbers(scales, 0.001, 0.004), dims)
        + " "
        + model.integers(type, zeros, dims);
  }

  @Test
  void constantScalesBehindIntegers_areFoldedWithoutADifference() throws Exception {
    OnnxModels model = quantized(new OnnxModels(2).input("x", 1, 64));
    String weights = model.integers(DataType.INT8, integers(DataType.INT8, 64 * 32), 64, 32);
    model.node("MatMulInteger", "i", "xq " + weights + " zero");
    model.node("Cast", "f", "i", integer("to", DataType.FLOAT_VALUE));
    model.node("Mul", "m", "f " + model.vector(32, 0.001, 0.1));
    model.node("Add", "a", "m " + model.vector(32, -5, 5));
    model.node("Floor", "y", "a");

    ModelBundle bundle = assertSameBits(model.output("y"));

    assertThat(bundle.device().layers().get(0).output()).isEqualTo("a");
  }

  @Test
  void sumsThatTheModelReadsAsIntegers_areCastBack_whereFloat32HoldsThemAll() throws Exception {
    OnnxModels model = quantized(new OnnxModels(2).input("x", 1, 64));
    String weights = model.integers(DataType.INT8, integers(DataType.INT8, 64 * 32), 64, 32);
    model.node("MatMulInteger", "i", "xq " + weights + " zero");
    model.node("Add", "a", "i " + model.integers(DataType.INT32, biases(32), 32));
    model.node("Cast", "y", "a", integer("to", DataType.FLOAT_VALUE));

    assertSameBits(model.output("y"));
  }

  @Test
  void sumsThatFloat32MayNotHold_stayOnTheDevice() throws Exception {
    OnnxModels model = quantized(new OnnxModels(2).input("x", 1, 2000));
    int[] values = new int[2000 * 8];
    Arrays.fill(values, 127);
    model.node("MatMulInteger", "i", "xq " + model.integers(DataType.INT8, values, 2000, 8));
    model.node("Add", "a", "i " + model.integers(DataType.INT32, biases(8), 8));
    model.node("Cast", "y", "a", integer("to", DataType.FLOAT_VALUE));
    model.node("MatMulInteger", "k", "xq " + model.integers(DataType.INT8, values, 2000, 8));
    model.node("Cast", "z", "k", integer("to", DataType.FLOAT_VALUE));

    ModelBundle bundle = assertSameBits(model.output("y", "z"));

    assertThat(bundle.device().report().get(0).offloaded()).isFalse();
    assertThat(bundle.device().report().get(1).offloaded()).isTrue();
    assertThat(bundle.device().report().get(0).macs()).isEqualTo(16_000);
    assertThat(bundle.device().report().get(0).reason()).contains("beyond the integers of float32");
  }

  @Test
  void resultsOfEveryLayer_canBeComparedWithFloat() throws Exception {
    OnnxModels model = quantized(new OnnxModels(2).input("x", 1, 64));
    String weights =
        model.integers(DataType.INT8, integers(DataType.INT8, 64 * 20), 64, 20)
            + " "
            + model.constant(model.numbers(20, 0.001, 0.004), 20)
            + " "
            + model.integers(DataType.INT8, new int[20], 20);
    String output = model.number(0.0331f) + " " + scalar(model, DataType.UINT8, 128);
    model.node(
        "QLinearMatMul", "yq", "xq " + model.number(0.02f) + " zero " + weights + " " + output);
    String integers = model.integers(DataType.INT8, integers(DataType.INT8, 64 * 32), 64, 32);
    model.node("MatMulInteger", "i", "xq " + integers + " zero");
    model.output("yq", "i");
    PreparedImport prepared = ModelImporter.prepare(model.write(folder), ALL);
    LayerReference reference = prepared.layerReference();
    Map<String, OnnxTensor> inputs =
        new IntegerNetwork(folder.resolve("net.onnx"), ALL).inputs(1, 3, false);

    Map<String, float[]> floats = FloatNetwork.run(reference.model(), inputs);

    Map<String, float[]> layers =
        PlainNetwork.layers(prepared.bundle(Precision.EIGHT_BITS), inputs);
    assertThat(layers).hasSize(2);
    layers.forEach(
        (name, values) ->
            assertThat(floats.get(reference.outputs().get(name)))
                .containsExactly(values, within(1e-2f)));
  }

  @Test
  void weightsThatAreNotConstant_stayOnTheDevice() throws Exception {
    OnnxModels model = quantized(new OnnxModels(2).input("x", 8, 8));
    model.node("MatMulInteger", "i", "xq xq zero zero");
    model.node("Cast", "y", "i", integer("to", DataType.FLOAT_VALUE));

    ModelBundle bundle = assertSameBits(model.output("y"));

    assertThat(bundle.device().report().get(0).reason()).contains("not constant");
  }

  /** Quantizes x to xq with a constant zero point of the name {@code zero}. */
  private static OnnxModels quantized(OnnxModels model) {
    String zero = scalar(model, DataType.UINT8, 77);
    model.node("Identity", "zero", zero);
    model.node("QuantizeLinear", "xq", "x " + model.number(0.0171f) + " zero");
    return model;
  }

  private ModelBundle assertSameBits(OnnxModels model) throws Exception {
    IntegerNetwork network = new IntegerNetwork(model.write(folder), ALL);
    for (int seed = 0; seed < 3; seed++) {
      Map<String, OnnxTensor> inputs = network.inputs(seed, 3, false);
      Map<String, float[]> found = network.run(inputs);
      Map<String, float[]> unfused = network.unfused(inputs);
      assertThat(found.keySet()).isEqualTo(unfused.keySet());
      unfused.forEach((name, values) -> assertThat(found.get(name)).isEqualTo(values));
    }
    return network.bundle();
  }

  private static String scalar(OnnxModels model, DataType type, int value) {
    return model.integers(type, new int[] {value});
  }

  private int[] integers(DataType type, int count) {
    int least = type == DataType.INT8 ? -128 : 0;
    return random.ints(count, least, least + 256).toArray();
  }

  private int[] biases(int count) {
    return random.ints(count, -30_000, 30_000).toArray();
  }
}
