/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;
import static org.lepcnn.onnx.OnnxModels.text;

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
import org.lepcnn.onnx.plan.OffloadPolicy;

/**
 * QLinearConv of ONNX Runtime's own domain: every bit as its kernel for channels last gives it, the
 * model as it is.
 */
class ChannelsLastTest {
  private static final ImportOptions ALL =
      ImportOptions.defaults().withOffload(OffloadPolicy.all());
  private static final float STEP = 0.0271f;

  @TempDir Path folder;
  private final Random random = new Random(5);

  @ParameterizedTest(name = "{0} axes, groups {1}, per channel {2}, {3}, bias {4}")
  @CsvSource({
    "2, 1, false, UINT8, true",
    "2, 2, true, UINT8, false",
    "2, 8, true, INT8, true",
    "1, 1, true, UINT8, true",
    "1, 8, false, INT8, false"
  })
  void convolution_isOnnxRuntimes(int axes, int groups, boolean each, DataType type, boolean bias)
      throws Exception {
    OnnxModels model = quantized(type, axes == 1 ? new long[] {2, 9, 8} : new long[] {2, 9, 7, 8});
    AttributeProto pads = axes == 1 ? ints("pads", 1, 0) : ints("pads", 1, 0, 0, 2);
    AttributeProto strides = axes == 1 ? ints("strides", 2) : ints("strides", 2, 1);
    long[] weights = axes == 1 ? new long[] {16, 8 / groups, 3} : new long[] {16, 8 / groups, 3, 3};
    convolution(model, "xq", "yq", weights, each, bias, integer("group", groups), pads, strides);
    cast(model, "yq");

    ModelBundle bundle = assertSameBits(model.output("y"));

    assertOffloaded(bundle, 1);
    LayerReport line = bundle.device().report().get(0);
    assertThat(line.op()).isEqualTo("QLinearConv");
    assertThat(line.bits()).isEqualTo(9);
  }

  @Test
  void paddingOfBothSides_isOnnxRuntimes() throws Exception {
    OnnxModels model = quantized(DataType.UINT8, 1, 8, 7, 8);
    AttributeProto same = text("auto_pad", "SAME_UPPER");
    convolution(model, "xq", "yq", new long[] {8, 8, 3, 3}, true, true, same);
    cast(model, "yq");

    assertOffloaded(assertSameBits(model.output("y")), 1);
  }

  /** A block with a residual: convolutions, and operators between them that stay channels last. */
  @Test
  void block_isOnnxRuntimes() throws Exception {
    OnnxModels model = quantized(DataType.UINT8, 1, 8, 8, 8);
    AttributeProto pads = ints("pads", 1, 1, 1, 1);
    convolution(model, "xq", "a", new long[] {8, 8, 3, 3}, true, true, pads);
    convolution(model, "a", "b", new long[] {8, 1, 3, 3}, true, true, integer("group", 8), pads);
    String one = parameters(model, DataType.UINT8);
    contribute(model, "QLinearAdd", "s", String.join(" ", "b", one, "xq", one, one));
    contribute(model, "NhwcMaxPool", "m", "s", ints("kernel_shape", 2, 2), ints("strides", 2, 2));
    convolution(model, "m", "yq", new long[] {12, 8, 1, 1}, false, false);
    cast(model, "yq");

    ModelBundle bundle = assertSameBits(model.output("y"));

    assertOffloaded(bundle, 3);
    assertThat(bundle.plan().rounds()).isEqualTo(3);
  }

  /** The attribute is optional. */
  @Test
  void channelsFirst_areTheStandardOperator() throws Exception {
    OnnxModels model = quantized(DataType.UINT8, 1, 8, 7, 6);
    String one = parameters(model, DataType.UINT8);
    String weights = weights(model, new long[] {8, 8, 3, 3}, true);
    contribute(model, "QLinearConv", "yq", String.join(" ", "xq", one, weights, one));
    cast(model, "yq");

    assertOffloaded(assertSameBits(model.output("y")), 1);
  }

  @Test
  void valueThatIsAnOutputToo_keepsItsChannelsLast() throws Exception {
    OnnxModels model = quantized(DataType.UINT8, 1, 9, 8, 8);
    convolution(model, "xq", "a", new long[] {8, 8, 3, 3}, true, true);
    convolution(model, "a", "yq", new long[] {4, 8, 3, 3}, true, true);
    model.node("Cast", "z", "a", integer("to", DataType.FLOAT_VALUE));
    cast(model, "yq");

    ModelBundle bundle = assertSameBits(model.output("y", "z"));

    assertThat(bundle.device().outputs().get(1).shape()).containsExactly(1, 7, 6, 8);
  }

  /** Quantizes an input x to xq. */
  private static OnnxModels quantized(DataType type, long... dims) {
    OnnxModels model = new OnnxModels(4).input("x", dims);
    model
        .model()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1));
    model.node("QuantizeLinear", "xq", "x " + parameters(model, type));
    return model;
  }

  /** A scale and a zero point of activations. */
  private static String parameters(OnnxModels model, DataType type) {
    return model.number(STEP) + " " + model.integers(type, new int[] {7});
  }

  private void convolution(
      OnnxModels model,
      String input,
      String output,
      long[] dims,
      boolean each,
      boolean bias,
      AttributeProto... attributes) {
    DataType type = typeOf(model);
    int channels = (int) dims[0];
    int[] biases = random.ints(channels, -3_000, 3_000).toArray();
    AttributeProto[] all = Arrays.copyOf(attributes, attributes.length + 1);
    all[attributes.length] = integer("channels_last", 1);
    contribute(
        model,
        "QLinearConv",
        output,
        String.join(
                " ",
                input,
                parameters(model, type),
                weights(model, dims, each),
                parameters(model, type))
            + (bias ? " " + model.integers(DataType.INT32, biases, channels) : ""),
        all);
  }

  /** The type of the activations is that of the first zero point. */
  private static DataType typeOf(OnnxModels model) {
    return DataType.forNumber(model.graph().getInitializer(1).getDataType());
  }

  /** Weights with their scales and zero points. */
  private String weights(OnnxModels model, long[] dims, boolean each) {
    int count = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    int scales = each ? (int) dims[0] : 1;
    long[] scaleDims = each ? new long[] {scales} : new long[0];
    return String.join(
        " ",
        model.integers(DataType.INT8, random.ints(count, -128, 128).toArray(), dims),
        model.constant(model.numbers(scales, 0.001, 0.01), scaleDims),
        model.integers(DataType.INT8, new int[scales], scaleDims));
  }

  private static void contribute(
      OnnxModels model, String op, String output, String inputs, AttributeProto... attributes) {
    model.node("com.microsoft", op, List.of(output), inputs, attributes);
  }

  private static void cast(OnnxModels model, String integers) {
    model.node("Cast", "y", integers, integer("to", DataType.FLOAT_VALUE));
  }

  private static void assertOffloaded(ModelBundle bundle, int layers) {
    assertThat(bundle.device().report()).hasSize(layers).allMatch(LayerReport::offloaded);
  }

  private ModelBundle assertSameBits(OnnxModels model) throws Exception {
    IntegerNetwork network = new IntegerNetwork(model.write(folder), ALL);
    for (int seed = 0; seed < 3; seed++) {
      Map<String, OnnxTensor> inputs = network.inputs(seed, 3, false);
      Map<String, float[]> found = network.run(inputs);
      Map<String, float[]> expected = network.unfused(inputs);
      assertThat(found.keySet()).isEqualTo(expected.keySet());
      expected.forEach((name, values) -> assertThat(found.get(name)).isEqualTo(values));
      // otherwise bits that are equal tell nothing
      assertThat(expected.get("y"))
          .satisfies(values -> assertThat(distinct(values)).isGreaterThan(9));
    }
    return network.bundle();
  }

  private static int distinct(float[] values) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    int distinct = 1;
    for (int i = 1; i < sorted.length; i++) {
      distinct += sorted[i] == sorted[i - 1] ? 0 : 1;
    }
    return distinct;
  }
}
