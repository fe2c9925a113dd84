/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.onnx.OnnxModels.dims;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.read.InputValue;

/** What is stated of inputs: shapes, and values that make constants of them. */
class InputArgumentTest {
  private static final ImportOptions NONE = ImportOptions.defaults();

  @TempDir Path folder;

  @Test
  void sizesJoinedByX_areAShape_andNumbersAreAValue() {
    assertThat(NONE.withInput("x=1x16000").inputShapes().get("x")).containsExactly(1, 16000);
    assertThat(NONE.withInput("x=16000x").inputShapes().get("x")).containsExactly(16000);
    assertThat(value("16000")).isEqualTo(new InputValue(List.of("16000"), false));
    assertThat(value("16000,")).isEqualTo(new InputValue(List.of("16000"), true));
    assertThat(value("-1.5e3,2").numbers()).containsExactly("-1.5e3", "2");
    assertThat(value("true").numbers()).containsExactly("true");
  }

  @Test
  void argumentsOfTheTrial_sayTheSame() {
    ImportOptions options =
        NONE.withInput("a=1x2")
            .withInput("b=7x")
            .withInput("c=7")
            .withInput("d=7,")
            .withInput("e=1,2");
    ImportOptions read = NONE;
    for (String argument : options.inputArguments()) {
      read = read.withInput(argument);
    }
    assertThat(options.inputArguments()).containsExactly("a=1x2", "b=7x", "c=7", "d=7,", "e=1,2");
    assertThat(read.inputArguments()).isEqualTo(options.inputArguments());
  }

  @Test
  void boundInput_isAConstantOfTheBundle() throws Exception {
    OnnxModels model = new OnnxModels(1).input("x", 1, 4, 6, 6).input("gain", 1);
    model.node("Mul", "louder", "x gain");
    model.conv("louder", "y", dims(16, 4, 3, 3));
    Path file = model.output("y").write(folder);

    var bundle = FloatNetwork.assertImports(file, NONE.withInput("gain=0.5"), 1, 2);

    assertThat(bundle.device().inputs()).extracting(input -> input.name()).containsExactly("x");
  }

  @Test
  void valueThatDoesNotFit_isRefusedWithWhatWould() {
    OnnxModels model =
        new OnnxModels(1)
            .input("x", 1, 2)
            .input("rate", TensorProto.DataType.INT64)
            .input("sizes", TensorProto.DataType.INT64, -1)
            .input("on", TensorProto.DataType.BOOL, 1);
    model.node("Identity", "y", "x");
    Path file = model.output("y").write(folder);

    assertRefused(file, "rate=1.5", "values of the type int64 for the input rate");
    assertRefused(file, "rate=99999999999999999999", "values of the type int64");
    assertRefused(file, "rate=1,2", "1 numbers for the input rate of shape scalar");
    assertRefused(file, "sizes=3", "sizes=3x for the shape of sizes, or sizes=3,");
    assertRefused(file, "on=2", "values of the type bool");
    assertRefused(file, "nothing=2", "one of [x, rate, sizes, on]");
    ImportOptions all = NONE.withInput("x=1,2").withInput("rate=1").withInput("sizes=1,2");
    assertThatThrownBy(() -> ModelImporter.importModel(file, all.withInput("on=true")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("leaves no input");
    assertThat(
            ModelImporter.importModel(file, NONE.withInput("on=true").withInput("sizes=3,"))
                .device()
                .inputs())
        .hasSize(2);
  }

  @Test
  void openDimensionsOfAllInputs_areAskedForAtOnce_withAnExample() {
    OnnxModels model =
        new OnnxModels(1)
            .input("picture", -1, -2, -3, -4)
            .input("last", -1, 9, 9, -4)
            .input("row", -1, -2);
    model.node("Sub", "centred", "picture " + model.constant(new float[] {1}));
    model.conv("centred", "a", dims(8, 5, 3, 3));
    model.node("Transpose", "first", "last", OnnxModels.ints("perm", 0, 3, 1, 2));
    model.conv("first", "b", dims(8, 6, 3, 3));
    model.node("MatMul", "c", "row " + model.weights(1, 40, 3));
    Path file = model.output("a", "b", "c").write(folder);

    assertThatThrownBy(() -> ModelImporter.importModel(file, NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("picture (float32) of shape")
        .hasMessageContaining(
            "--input picture=1x5x224x224 --input last=1x9x9x6 --input row=1x40 (with your sizes)");
  }

  private void assertRefused(Path file, String argument, String message) {
    assertThatThrownBy(() -> ModelImporter.importModel(file, NONE.withInput(argument)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--input")
        .hasMessageContaining(message);
  }

  private static InputValue value(String text) {
    return NONE.withInput("x=" + text).inputValues().get("x");
  }
}
