/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;
import static org.lepcnn.onnx.OnnxModels.text;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.model.DeviceHalf.LayerBinding;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.FloatNetwork;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.PlainNetwork;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.graph.Node;

/**
 * Networks whose second layer has weights of a sixteenth for every second channel, which carries
 * sixteen times as much: with 8 bits and one step for all, their rounding costs some eight percent.
 */
class EqualizationTest {
  private static final int CHANNELS = 16;
  private static final float SMALL = 1 / 16f;
  private static final double CLOSE = 0.02;

  @TempDir Path folder;
  private final Map<String, float[]> biases = new HashMap<>();
  private final Random random = new Random(23);
  private final OnnxModels model = new OnnxModels(5).input("x", 1, 3, 12, 12);

  @Test
  void channelsBehindReluAndPooling_areEqualised() throws OrtException {
    first("a", "x");
    model.node("Relu", "r", "a");
    model.node("MaxPool", "p", "r", ints("kernel_shape", 2, 2), ints("strides", 2, 2));
    second("y", "p");
    assertThat(error(Precision.EIGHT_BITS)).isLessThan(CLOSE);
    assertThat(scaled("a")).isTrue();
  }

  @Test
  void channelsThatASumJoins_areEqualisedTogether() throws OrtException {
    first("a", "x");
    first("b", "x");
    model.node("Relu", "ra", "a");
    model.node("Add", "s", "ra b");
    model.node("LeakyRelu", "r", "s");
    second("y", "r");
    assertThat(error(Precision.EIGHT_BITS)).isLessThan(CLOSE);
    assertThat(scaled("a")).isTrue();
    assertThat(scaled("b")).isTrue();
  }

  @Test
  void channelsAreFollowed_throughConcatTransposeAndFlatten() throws OrtException {
    first("a", "x");
    first("b", "x");
    model.node("Concat", "ab", "a b", integer("axis", 1));
    model.node("Relu", "r", "ab");
    model.node("Transpose", "t", "r", ints("perm", 0, 2, 3, 1));
    model.node("Flatten", "f", "t");
    int in = 2 * CHANNELS * 144;
    float[] weights = weights(in * 40);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= i / 40 % 2 == 0 ? SMALL : 1;
    }
    model.node("MatMul", "y", "f " + model.constant(weights, in, 40));
    assertThat(error(Precision.EIGHT_BITS)).isLessThan(CLOSE);
    assertThat(scaled("a")).isTrue();
    assertThat(scaled("b")).isTrue();
  }

  @Test
  void whatIsNotHomogeneous_isLeftAlone() throws OrtException {
    first("a", "x");
    model.node("Sigmoid", "r", "a");
    second("y", "r");
    assertThat(error(Precision.HIGH)).isLessThan(CLOSE);
    assertThat(scaled("a")).isFalse();
  }

  @Test
  void outputsOfTheModel_andOtherReaders_keepTheirValues() throws OrtException {
    first("a", "x");
    model.node("Relu", "r", "a");
    second("y", "r");
    model.node("Tanh", "z", "r");
    model.output("r", "z");
    assertThat(error(Precision.HIGH)).isLessThan(CLOSE);
    assertThat(scaled("a")).isFalse();
  }

  @Test
  void constantsThatAreAdded_takeTheFactors() throws OrtException {
    first("a", "x");
    float[] constant = weights(CHANNELS * 144);
    model.node("Add", "s", "a " + model.constant(constant, 1, CHANNELS, 12, 12));
    second("y", "s");
    assertThat(error(Precision.EIGHT_BITS)).isLessThan(CLOSE);
    assertThat(scaled("a")).isTrue();
  }

  @Test
  void sumWithSomethingElse_isLeftAlone() {
    first("a", "x");
    model.node("Sigmoid", "g", "a");
    first("b", "x");
    model.node("Add", "s", "b g");
    second("y", "s");
    model.output("y");
    assertThat(equalised().isScaled("b")).isFalse();
  }

  @Test
  void sumWithValuesThatAreBroadcastOverChannels_isLeftAlone() {
    first("a", "x");
    first("b", "x");
    model.node("ReduceMax", "m", "b", ints("axes", 1));
    model.node("Add", "s", "a m");
    second("y", "s");
    model.output("y");
    assertThat(equalised().isScaled("a")).isFalse();
    assertThat(equalised().isScaled("b")).isFalse();
  }

  @Test
  void sumWithValuesThatAreBroadcastOverPlaces_isEqualisedTogether() {
    first("a", "x");
    first("b", "x");
    model.node("GlobalAveragePool", "m", "b");
    model.node("Add", "s", "a m");
    second("y", "s");
    model.output("y");
    assertThat(equalised().isScaled("a")).isTrue();
    assertThat(equalised().isScaled("b")).isTrue();
  }

  @Test
  void partThatCannotBeScaled_leavesTheOthersTheirFactors() {
    first("a", "x");
    first("b", "x");
    model.node("Sigmoid", "g", "b");
    model.node("Concat", "c", "g a", integer("axis", 1));
    float[] weights = weights(8 * 2 * CHANNELS * 9);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= i / 9 % 2 == 0 ? SMALL : 1;
    }
    model.node("Conv", "y", "c " + model.constant(weights, 8, 2 * CHANNELS, 3, 3));
    model.output("y");
    assertThat(equalised().isScaled("a")).isTrue();
    assertThat(equalised().isScaled("b")).isFalse();
  }

  /** As in MobileNets: what a convolution on the device makes small, the next layer enlarges. */
  @Test
  void channelsOfVeryDifferentRanges_behindDepthwiseConvolutions_loseMuchLess()
      throws OrtException {
    String six = " " + model.number(0) + " " + model.number(6);
    first("a", "x");
    model.node("Clip", "ra", "a" + six);
    depthwise("d", "ra", 1);
    model.node("Clip", "rd", "d" + six);
    float[] weights = weights(CHANNELS * CHANNELS);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= 1 << i % CHANNELS % 8;
    }
    model.node("Conv", "y", "rd " + model.constant(weights, CHANNELS, CHANNELS, 1, 1));
    model.output("y");
    ChosenNetwork before = new ChosenNetwork(model.build(), false);
    ChosenNetwork after = equalised();
    assertThat(after.layers()).hasSize(2);
    assertThat(error(after)).isLessThan(error(before) / 8);
    // only what has factors costs the device anything
    assertThat(after.onDevice("ra")).extracting(Node::op).containsExactly("Clip");
    assertThat(after.onDevice("rd")).extracting(Node::op).containsExactly("Relu", "Min");
  }

  @Test
  void sharedWeights_areScaledForEachOfTheirNodes() throws OrtException {
    first("a", "x");
    String shared = depthwise("d", "a", 1);
    model.node("Relu", "r", "d");
    model.node("Conv", "e", "r " + shared, integer("group", CHANNELS), ints("pads", 1, 1, 1, 1));
    second("y", "e");
    model.output("y");
    ChosenNetwork after = equalised();
    assertThat(error(after)).isLessThan(CLOSE);
    assertThat(after.onDevice("d").get(0).input(1)).isEqualTo(shared);
    assertThat(after.onDevice("e").get(0).input(1)).isNotEqualTo(shared);
  }

  @Test
  void weightsThatWouldLoseBits_pinTheirChannels() {
    first("a", "x");
    depthwise("d", "a", 0x1p-125f);
    second("y", "d");
    model.output("y");
    assertThat(equalised().onDevice("d").get(0).input(1)).doesNotContain("scaled");
  }

  @ParameterizedTest
  @CsvSource({"1, 1, true", "1, 2, false", "2, 1, true"})
  void resizing_handsChannelsOn_unlessItMixesThem(int places, int channels, boolean scales) {
    first("a", "x");
    String factors = model.constant(new float[] {1, channels, places, places}, 4);
    model.node("Resize", "r", "a  " + factors, text("mode", "linear"));
    int read = CHANNELS * channels;
    float[] weights = weights(8 * read * 9);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= i / 9 % 2 == 0 ? SMALL : 1;
    }
    String constant = model.constant(weights, 8, read, 3, 3);
    model.node("Conv", "y", "r " + constant);
    model.output("y");
    assertThat(equalised().isScaled("a")).isEqualTo(scales);
  }

  @ParameterizedTest
  @CsvSource({"0, true", "0.5, false"})
  void padding_handsChannelsOn_whereItAddsZeros(float value, boolean scales) {
    first("a", "x");
    String pads = model.integers(0, 0, 1, 1, 0, 0, 1, 1);
    model.node("Pad", "p", "a " + pads + " " + model.number(value));
    second("y", "p");
    model.output("y");
    assertThat(equalised().isScaled("a")).isEqualTo(scales);
  }

  @Test
  void negativeSlopes_doNotMatter() throws OrtException {
    first("a", "x");
    model.node("PRelu", "r", "a " + model.constant(weights(CHANNELS), CHANNELS, 1, 1));
    second("y", "r");
    model.output("y");
    assertThat(equalised().isScaled("a")).isTrue();
    assertThat(error(equalised())).isLessThan(CLOSE);
  }

  @Test
  void channelsThatNoLayerReads_haveNoFactor() {
    first("a", "x");
    depthwise("d", "a", 1);
    model.node("Sigmoid", "y", "d");
    model.output("y");
    assertThat(equalised().isScaled("a")).isFalse();
  }

  @Test
  void deadChannel_doesNotVanish() throws OrtException {
    first("a", "x");
    model.node("Relu", "r", "a");
    float[] weights = weights(8 * CHANNELS * 9);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= i / 9 % CHANNELS == 3 ? 0 : 1;
    }
    model.node("Conv", "y", "r " + model.constant(weights, 8, CHANNELS, 3, 3));
    assertThat(error(Precision.EIGHT_BITS)).isLessThan(CLOSE);
  }

  /** The reference gives what the layers give, so that only rounding remains. */
  @Test
  void reference_hasEveryLayerInTheFormThatItGives() throws OrtException {
    first("a", "x");
    model.node("Relu", "r", "a");
    second("b", "r");
    model.node("Reshape", "rows", "b " + model.integers(8, 100));
    // C varies along both axes: the device adds it
    String full = model.constant(weights(8 * 20), 8, 20);
    model.node("Gemm", "g", "rows " + model.constant(weights(2000), 100, 20) + " " + full);
    model.node("Reshape", "batch", "g " + model.integers(2, 4, 20));
    model.node("MatMul", "y", "batch " + model.constant(weights(2 * 20 * 30), 2, 20, 30));
    Path file = model.output("y").write(folder);
    PreparedImport prepared =
        ModelImporter.prepare(file, ImportOptions.defaults().withOffload(OffloadPolicy.all()));
    ModelBundle bundle = prepared.bundle(Precision.HIGH);
    LayerReference reference = prepared.layerReference();
    assertThat(bundle.device().layers()).hasSize(4);
    Map<String, OnnxTensor> inputs = FloatNetwork.inputs(bundle, 1);
    Map<String, float[]> floats = FloatNetwork.run(reference.model(), inputs);
    Map<String, float[]> layers = PlainNetwork.layers(bundle, inputs);
    for (LayerBinding layer : bundle.device().layers()) {
      float[] expected = floats.get(reference.outputs().get(layer.output()));
      assertThat(relativeError(layers.get(layer.output()), expected))
          .as(layer.name())
          .isLessThan(0.003);
    }
  }

  private void first(String output, String input) {
    float[] bias = weights(CHANNELS);
    float[] weights = weights(CHANNELS * 27);
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= i / 27 % 2 == 0 ? SMALL : 1;
    }
    biases.put(output, bias);
    String parameters =
        model.constant(weights, CHANNELS, 3, 3, 3) + " " + model.constant(bias, CHANNELS);
    model.node("Conv", output, input + " " + parameters, ints("pads", 1, 1, 1, 1));
  }

  private void second(String output, String input) {
    float[] weights = weights(8 * CHANNELS * 9);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= i / 9 % 2 == 0 ? SMALL : 1;
    }
    model.node("Conv", output, input + " " + model.constant(weights, 8, CHANNELS, 3, 3));
  }

  /** On the device, with channels from 1 to 1/128. */
  private String depthwise(String output, String input, float size) {
    float[] weights = weights(CHANNELS * 9);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= size / (1 << i / 9 % 8);
    }
    String constant = model.constant(weights, CHANNELS, 1, 3, 3);
    model.node(
        "Conv",
        output,
        input + " " + constant,
        integer("group", CHANNELS),
        ints("pads", 1, 1, 1, 1));
    return constant;
  }

  private ChosenNetwork equalised() {
    return new ChosenNetwork(model.build(), true);
  }

  /** The error of 8-bit weights. */
  private double error(ChosenNetwork network) throws OrtException {
    ModelBundle bundle = network.bundle(Precision.EIGHT_BITS);
    Map<String, OnnxTensor> inputs = FloatNetwork.inputs(bundle, 3);
    float[] expected = FloatNetwork.run(model.build().toByteArray(), inputs).get("y");
    return relativeError(PlainNetwork.run(bundle, inputs, 2).outputs().get("y"), expected);
  }

  /** Whether the importer scaled the channels that a layer writes. */
  private boolean scaled(String output) {
    ModelBundle bundle = ModelImporter.importModel(file(), ImportOptions.defaults());
    LayerBinding layer =
        bundle.device().layers().stream()
            .filter(each -> each.output().equals(output))
            .findFirst()
            .orElseThrow();
    return !Arrays.equals(layer.bias(), biases.get(output));
  }

  private double error(Precision precision) throws OrtException {
    ModelBundle bundle =
        ModelImporter.importModel(file(), ImportOptions.defaults().withPrecision(precision));
    Map<String, OnnxTensor> inputs = FloatNetwork.inputs(bundle, 3);
    Map<String, float[]> found = PlainNetwork.run(bundle, inputs, 2).outputs();
    double worst = 0;
    for (Map.Entry<String, float[]> output : FloatNetwork.run(file(), inputs).entrySet()) {
      worst = Math.max(worst, relativeError(found.get(output.getKey()), output.getValue()));
    }
    return worst;
  }

  private Path file() {
    if (model.graph().getOutputList().stream().noneMatch(each -> each.getName().equals("y"))) {
      model.output("y");
    }
    return model.write(folder);
  }

  private static double relativeError(float[] found, float[] expected) {
    double error = 0;
    double max = 0;
    for (int i = 0; i < expected.length; i++) {
      error = Math.max(error, Math.abs((double) found[i] - expected[i]));
      max = Math.max(max, Math.abs(expected[i]));
    }
    return error / max;
  }

  private float[] weights(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() / 10;
    }
    return values;
  }
}
