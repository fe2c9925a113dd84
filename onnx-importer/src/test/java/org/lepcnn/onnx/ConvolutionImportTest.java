/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;
import static org.lepcnn.onnx.OnnxModels.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.plan.OffloadPolicy;

class ConvolutionImportTest {
  private static final ImportOptions ALL =
      ImportOptions.defaults().withOffload(OffloadPolicy.all());

  @TempDir Path folder;

  static Stream<Arguments> convolutions() {
    return Stream.of(
        conv("plain", dims(1, 2, 7, 9), dims(3, 2, 3, 3)),
        conv("batch", dims(3, 2, 7, 9), dims(3, 2, 3, 3)),
        conv("pads", dims(1, 2, 7, 9), dims(3, 2, 3, 3), ints("pads", 1, 1, 1, 1)),
        conv("asymmetric", dims(1, 2, 7, 9), dims(3, 2, 3, 2), ints("pads", 2, 0, 1, 3)),
        conv("strides", dims(1, 2, 7, 9), dims(3, 2, 3, 3), ints("strides", 2, 3)),
        conv("dilations", dims(1, 2, 9, 11), dims(3, 2, 3, 3), ints("dilations", 2, 3)),
        conv("groups", dims(1, 4, 7, 9), dims(6, 2, 3, 3), integer("group", 2)),
        conv("depthwise", dims(1, 4, 7, 9), dims(8, 1, 3, 3), integer("group", 4)),
        conv(
            "upper", dims(1, 2, 7, 8), dims(3, 2, 4, 2), same("SAME_UPPER"), ints("strides", 2, 3)),
        conv(
            "lower", dims(1, 2, 7, 8), dims(3, 2, 4, 2), same("SAME_LOWER"), ints("strides", 2, 3)),
        conv("valid", dims(1, 2, 7, 8), dims(3, 2, 4, 2), same("VALID"), ints("strides", 2, 1)),
        conv("one axis", dims(2, 3, 17), dims(4, 3, 5), ints("pads", 2, 1), ints("strides", 2)),
        conv("one axis same", dims(1, 3, 17), dims(4, 3, 4), same("SAME_LOWER")),
        conv(
            "one axis dilated",
            dims(1, 4, 17),
            dims(4, 2, 3),
            ints("dilations", 3),
            integer("group", 2)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("convolutions")
  void everyFormOfConv_equalsOnnxRuntime(
      String name, long[] input, long[] weights, AttributeProto[] attributes) throws Exception {
    OnnxModels model = new OnnxModels(1).input("x", input);
    model.conv("x", "y", weights, attributes);
    model.output("y");

    FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);
  }

  static Stream<Arguments> transposedConvolutions() {
    return Stream.of(
        conv("plain", dims(1, 3, 4, 5), dims(3, 2, 3, 3)),
        conv("strides", dims(1, 3, 4, 5), dims(3, 2, 3, 3), ints("strides", 2, 3)),
        conv(
            "pads",
            dims(1, 3, 4, 5),
            dims(3, 2, 3, 3),
            ints("strides", 2, 2),
            ints("pads", 1, 0, 2, 1)),
        conv("kernel below stride", dims(1, 3, 4, 5), dims(3, 2, 2, 1), ints("strides", 3, 2)),
        conv(
            "output padding",
            dims(1, 3, 4, 5),
            dims(3, 2, 3, 3),
            ints("strides", 3, 2),
            ints("output_padding", 2, 1)),
        conv(
            "output shape",
            dims(1, 3, 4, 5),
            dims(3, 2, 3, 3),
            ints("strides", 3, 2),
            ints("output_shape", 10, 8)),
        conv(
            "larger output shape",
            dims(1, 3, 4, 5),
            dims(3, 2, 3, 3),
            ints("strides", 2, 2),
            ints("output_shape", 10, 12),
            ints("output_padding", 1, 1)),
        conv(
            "upper", dims(1, 3, 4, 5), dims(3, 2, 4, 4), ints("strides", 2, 3), same("SAME_UPPER")),
        conv(
            "lower", dims(1, 3, 4, 5), dims(3, 2, 4, 4), ints("strides", 2, 3), same("SAME_LOWER")),
        conv("dilations", dims(1, 3, 4, 5), dims(3, 2, 3, 2), ints("dilations", 2, 3)),
        conv(
            "groups",
            dims(1, 4, 4, 5),
            dims(4, 3, 3, 2),
            integer("group", 2),
            ints("strides", 2, 1)),
        conv("one axis", dims(2, 3, 9), dims(3, 2, 4), ints("strides", 3), ints("pads", 1, 2)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("transposedConvolutions")
  void everyFormOfConvTranspose_equalsOnnxRuntime(
      String name, long[] input, long[] weights, AttributeProto[] attributes) throws Exception {
    OnnxModels model = new OnnxModels(2).input("x", input);
    model.node("ConvTranspose", "y", "x " + model.weights(1, weights), attributes);
    model.output("y");

    FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 8, 9, 11, 13, 17, 21})
  void everyOpset_isRead(int opset) throws Exception {
    OnnxModels model = new OnnxModels(3).opset(opset).input("x", 1, 3, 8, 8);
    model.conv("x", "a", dims(16, 3, 3, 3));
    model.node("Relu", "b", "a");
    model.conv("b", "y", dims(16, 16, 1, 1));
    model.output("y");

    FloatNetwork.assertImports(model.write(folder), ImportOptions.defaults(), 2, 1);
  }

  @Test
  void batchNormalizationAndConstants_areFoldedIn() throws Exception {
    OnnxModels model = new OnnxModels(4).input("x", 1, 3, 8, 8);
    model.conv("x", "conv", dims(16, 3, 3, 3));
    String parameters =
        model.vector(16, -2, 2)
            + " "
            + model.vector(16, -1, 1)
            + " "
            + model.vector(16, -1, 1)
            + " "
            + model.vector(16, 0.1, 2);
    model.node(
        "BatchNormalization", "norm", "conv " + parameters, OnnxModels.real("epsilon", 1e-3f));
    model.node("Identity", "same", "norm");
    model.node("Mul", "scaled", model.constant(model.numbers(16, -2, 2), 16, 1, 1) + " same");
    model.node("Sub", "shifted", model.constant(new float[] {0.5f}) + " scaled");
    model.node("Div", "divided", "shifted " + model.constant(model.numbers(16, 1, 2), 1, 16, 1, 1));
    model.node("Relu", "y", "divided");
    model.output("y");

    ModelBundle bundle =
        FloatNetwork.assertImports(model.write(folder), ImportOptions.defaults(), 1, 1);

    assertThat(bundle.device().layers().get(0).output()).isEqualTo("divided");
    assertThat(bundle.device().stages().get(0).isEmpty()).isTrue();
  }

  @Test
  void aResultThatHasAnotherReader_isNotFoldedOver() throws Exception {
    OnnxModels model = new OnnxModels(5).input("x", 1, 3, 8, 8);
    model.conv("x", "conv", dims(16, 3, 3, 3));
    model.node("Mul", "scaled", "conv " + model.constant(new float[] {2}));
    model.node("Add", "y", "conv scaled");
    model.output("y", "conv");

    ModelBundle bundle =
        FloatNetwork.assertImports(model.write(folder), ImportOptions.defaults(), 1, 3);

    assertThat(bundle.device().layers().get(0).output()).isEqualTo("conv");
  }

  @Test
  void depthwise_staysOnTheDevice_unlessAllAreWanted() throws Exception {
    for (int kernel : new int[] {3, 5}) {
      OnnxModels model = new OnnxModels(6).input("x", 1, 16, 12, 12);
      model.conv("x", "y", dims(16, 1, kernel, kernel), integer("group", 16));
      model.output("y");
      Path file = model.write(folder);

      ModelBundle auto = FloatNetwork.assertImports(file, ImportOptions.defaults(), 0, 1);
      assertThat(auto.device().report().get(0).reason()).contains("not worth moving", "depthwise");
      FloatNetwork.assertImports(file, ALL, 1, 1);
    }
  }

  @Test
  void threeAxesAndVariableWeights_stayOnTheDeviceWithTheReason() throws Exception {
    OnnxModels model = new OnnxModels(7).input("x", 1, 2, 4, 4, 4).input("w", 3, 2, 2, 2, 2);
    model.node("Conv", "a", "x " + model.weights(0, 3, 2, 2, 2, 2));
    model.node("Conv", "b", "x w");
    model.node("Add", "y", "a b");
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 0, 1);

    assertThat(bundle.device().report().get(0).reason()).contains("3 spatial axes");
    assertThat(bundle.device().report().get(1).reason()).contains("not constant");
  }

  private static Arguments conv(
      String name, long[] input, long[] weights, AttributeProto... attributes) {
    return Arguments.of(name, input, weights, attributes);
  }

  private static AttributeProto same(String autoPad) {
    return text("auto_pad", autoPad);
  }
}
