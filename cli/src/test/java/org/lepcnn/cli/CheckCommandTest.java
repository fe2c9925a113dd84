/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.integer;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.check.FloatModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.OnnxModels;

/** What {@code check} and {@code import} say of models whose answers are not what they seem. */
class CheckCommandTest {
  static final int SIDE = 64;
  static final int WRONG = 1;
  static final int BAD_INPUT = 2;

  @TempDir private Path folder;

  /** Weights that no 8 or 12 bits hold exactly. */
  static OnnxModels product() {
    OnnxModels model = new OnnxModels(5).input("x", 1, SIDE);
    String weights = model.constant(model.numbers(SIDE * SIDE, -1, 1), SIDE, SIDE);
    model.node("MatMul", "p", "x " + weights);
    return model;
  }

  private Ran check(OnnxModels model, Object... options) {
    return run("check", model, options);
  }

  private Ran run(String command, OnnxModels model, Object... options) {
    List<Object> arguments = new ArrayList<>(List.of(command, model.write(folder), "--trusted"));
    arguments.addAll(List.of(options));
    return Ran.command(arguments.toArray());
  }

  @Test
  void withoutData_itSaysThatInputsAreMadeUp() {
    Ran ran = check(product().output("p"));
    assertThat(ran.status()).as(ran.text()).isZero();
    assertThat(ran.text()).contains("made up", "4 inputs: all equal", "within 0.01 of float");
    assertThat(check(product().output("p"), "--json").text())
        .contains("\"madeUpInputs\":true", "\"agrees\":true");
    assertThat(check(product().output("p"), "--data", folder).status()).isEqualTo(BAD_INPUT);
  }

  @Test
  void errorBeyondTheTolerance_isStatusOne() {
    Ran ran = check(product().output("p"), "--tolerance", "1e-9");
    assertThat(ran.status()).as(ran.text()).isEqualTo(WRONG);
    assertThat(ran.text()).contains("DISAGREE");
    assertThat(check(product().output("p"), "--tolerance", "-1").status()).isEqualTo(BAD_INPUT);
  }

  @Test
  void outputOfWholeNumbers_isComparedAsSuch() {
    OnnxModels model = product();
    model.node("Mul", "m", "p " + model.constant(new float[] {1e5f}));
    model.node("Cast", "y", "m", integer("to", TensorProto.DataType.INT64_VALUE));
    Ran ran = check(model.output("y"));
    assertThat(ran.status()).as(ran.text()).isEqualTo(WRONG);
    assertThat(ran.text())
        .containsPattern("[1-9][0-9]* of 64 whole numbers differ: DISAGREES")
        .doesNotContain("top-1", "same answer");
    Path samples = folder.resolve("samples");
    writeDataSet(samples, null);
    Ran auto = check(model, "--precision", "auto", "--samples", samples);
    assertThat(auto.text()).contains("NOT met");
    assertThat(check(model, "--tolerance", "1").status()).isZero();
  }

  @Test
  void labelAlone_isTheAnswer() {
    OnnxModels model = product();
    model.node("ArgMax", "label", "p", integer("axis", 1), integer("keepdims", 0));
    Ran ran = check(model.output("label"));
    assertThat(ran.text()).contains("0 of 1 whole numbers differ", "top-1 agrees");
    assertThat(ran.status()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"INT64, whole numbers", "STRING, texts"})
  void labelThatChanges_isStatusOne_andNoTargetIsMet(TensorProto.DataType type, String kind) {
    OnnxModels model = new OnnxModels(5).input("x", 1, 2);
    float[] weights = new float[2 * SIDE];
    for (int i = 0; i < SIDE; i++) {
      weights[i] = 1;
      weights[SIDE + i] = 0.3f + i * 1e-6f; // less than a step apart
    }
    model.node("MatMul", "p", "x " + model.constant(weights, 2, SIDE));
    model.node("ArgMax", "largest", "p", integer("axis", 1), integer("keepdims", 0));
    model.node("Cast", "label", "largest", integer("to", type.getNumber()));
    Ran ran = check(model.output("label"), "--offload", "all");
    assertThat(ran.status()).as(ran.text()).isEqualTo(WRONG);
    assertThat(ran.text())
        .contains(
            "1 of 1 " + kind + " differ",
            "top-1 differs",
            "100 % of the " + kind + " differ",
            "NOT met")
        .doesNotContain("100.00 %.");
    assertThat(check(model, "--offload", "all", "--json").text())
        .contains(
            "\"top1Agrees\":false",
            "\"differing\":1",
            "\"met\":false",
            "\"kind\":\"" + kind + "\"}}");
  }

  @Test
  void modelOfWhichNothingGoesToTheEdge_saysSoInItsLastLine() {
    OnnxModels model = new OnnxModels(5).input("x", 11, 2, 6);
    String w = model.constant(model.numbers(20 * 6, -1, 1), 1, 20, 6);
    String r = model.constant(model.numbers(20 * 5, -1, 1), 1, 20, 5);
    model.node("LSTM", "y", "x " + w + " " + r, integer("hidden_size", 5));
    model.output("y");
    assertThat(check(model).text())
        .contains("the device does all of 4,840 multiplications in 1 layer")
        .endsWith("Nothing of it goes to the edge.\n");
    assertThat(run("import", model, "-o", folder.resolve("bundle")).text())
        .endsWith("Nothing of it goes to the edge.\n");
  }

  @Test
  void roundsOfLittleWork_areLeftOutWhereThatIsAskedFor() {
    OnnxModels model = product().output("p");
    assertThat(check(model, "--min-round-work", "4096").text()).contains("(100.00 %)");
    assertThat(check(model, "--min-round-work", "4097").text())
        .contains("not worth a round: it would carry 4,096 multiplications");
    assertThat(check(model, "--min-round-work", "-1").status()).isEqualTo(BAD_INPUT);
  }

  @Test
  void booleans_andSecondOutputs_areCompared() {
    OnnxModels model = product();
    model.node("Greater", "large", "p " + model.constant(new float[] {0}));
    model.node("Mul", "fine", "p " + model.constant(new float[] {1e5f}));
    model.node("Cast", "steps", "fine", integer("to", TensorProto.DataType.INT32_VALUE));
    Ran ran = check(model.output("p", "large", "steps"));
    assertThat(ran.status()).as(ran.text()).isEqualTo(WRONG);
    assertThat(ran.text()).contains("of 64 whole numbers differ", "of 64 truth values differ");
  }

  @Test
  void nan_neverAgrees_andIsSaidAtImport() {
    OnnxModels model = new OnnxModels(6).input("x", 1, SIDE);
    float[] weights = model.numbers(SIDE * SIDE, -1, 1);
    weights[3] = Float.NaN;
    model.node("MatMul", "y", "x " + model.constant(weights, SIDE, SIDE));
    Ran ran = check(model.output("y"));
    assertThat(ran.status()).as(ran.text()).isEqualTo(WRONG);
    assertThat(ran.text())
        .contains("Note: ", "1 NaN", "DISAGREES", "its weights are not finite")
        .contains("error Infinity of the largest output", "NOT met")
        .doesNotContain("agrees", "100.00 %.");
    Ran imported = run("import", model, "-o", folder.resolve("bundle"), "--json");
    assertThat(imported.status()).isZero();
    assertThat(imported.text()).contains("\"notes\":[\"The weights");
  }

  @Test
  void inputThatHoldsNan_isTold_andTheOthersAreChecked() throws IOException {
    OnnxModels model = product().output("p");
    float[] bad = input();
    bad[5] = Float.NaN;
    Path data = folder.resolve("data");
    for (int set = 0; set < 4; set++) {
      Path files = Files.createDirectories(data.resolve("test_data_set_" + set));
      Files.write(files.resolve("input_0.pb"), tensor(set == 1 ? bad : input()));
    }
    Ran ran = check(model, "--data", data, "--per-layer");
    assertThat(ran.status()).as(ran.text()).isEqualTo(BAD_INPUT);
    assertThat(ran.text())
        .contains("lepcnn: test_data_set_1: Quantizing an activation tensor")
        .contains("test_data_set_0", "test_data_set_2", "test_data_set_3", "3 inputs: all equal")
        .contains("1 more input could NOT be checked.")
        .doesNotContain("DISAGREE");
    assertThat(check(model, "--data", data, "--json").text())
        .contains("\"failures\":[{\"input\":\"test_data_set_1\",\"error\":\"NonFinite");

    Ran batch = check(model, "--data", data, "--batch", "3");
    assertThat(batch.status()).as(batch.text()).isEqualTo(WRONG);
    assertThat(batch.text()).contains("64 NaN: DISAGREES", "1 DISAGREE with float");
  }

  @Test
  void storedOutput_thatIsOff_isStatusOne() throws IOException {
    OnnxModels model = product();
    model.output("p");
    float[] right = new float[SIDE];
    Map<String, HostTensor> inputs = Map.of("x", HostTensor.of(input(), 1, SIDE));
    try (FloatModel floats = new FloatModel(model.write(folder))) {
      right = floats.run(inputs).get("p").floats();
    }
    Path data = folder.resolve("data");
    writeDataSet(data, right);
    Ran ran = check(model, "--data", data);
    assertThat(ran.status()).as(ran.text()).isZero();
    assertThat(ran.text()).contains("stored outputs agree").doesNotContain("made up");
    right[7] += 100;
    writeDataSet(data, right);
    Ran off = check(model, "--data", data);
    assertThat(off.status()).as(off.text()).isEqualTo(WRONG);
    assertThat(off.text()).contains("stored outputs OFF", "1 with the stored outputs");
    assertThat(check(model, "--data", data, "--json").text())
        .contains("\"agreesWithFloat\":true", "\"agreesWithStored\":false");
  }

  @Test
  void precision_isMeasuredOnTheDataSetsBesideTheModel() {
    OnnxModels model = product().output("p");
    writeDataSet(folder, null);
    assertThat(check(model).text())
        .contains("on 1 data set beside the model, target 0.0100 met")
        .doesNotContain("random numbers");
  }

  @Test
  void weightsOfOneNameTwice_areRefused() {
    OnnxModels model = product();
    model.graph().addInitializer(model.graph().getInitializer(0));
    model.output("p");
    for (String command : List.of("check", "import")) {
      Ran ran =
          command.equals("import")
              ? run(command, model, "-o", folder.resolve("bundle"))
              : run(command, model);
      assertThat(ran.status()).isEqualTo(BAD_INPUT);
      assertThat(ran.text()).contains("one initializer of each name");
    }
  }

  @Test
  void importBeyondItsTime_isRefusedInALine_andWritesNothing() {
    Path onnx = product().output("p").write(folder);
    Path bundle = folder.resolve("bundle");
    Ran ran = Ran.command("import", onnx, "-o", bundle, "--time-limit", "0.0001");
    assertThat(ran.status()).isEqualTo(BAD_INPUT);
    assertThat(ran.text())
        .contains("expected an import of at most 0.006 s; found that it was still ")
        .hasLineCount(1);
    assertThat(bundle).doesNotExist();
    for (String minutes : List.of("0", "-1", "NaN", "Infinity")) {
      assertThat(Ran.command("import", onnx, "-o", bundle, "--time-limit", minutes).text())
          .contains("expected minutes above 0");
    }
    assertThat(Ran.command("check", onnx, "--time-limit", "5", "--trusted").text())
        .contains("in a process of its own");
  }

  static float[] input() {
    float[] values = new float[SIDE];
    for (int i = 0; i < SIDE; i++) {
      values[i] = i / 10f;
    }
    return values;
  }

  static void writeDataSet(Path folder, float[] output) {
    try {
      Path set = Files.createDirectories(folder.resolve("test_data_set_0"));
      Files.write(set.resolve("input_0.pb"), tensor(input()));
      if (output != null) {
        Files.write(set.resolve("output_0.pb"), tensor(output));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static byte[] tensor(float[] values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addDims(1)
            .addDims(values.length);
    for (float value : values) {
      tensor.addFloatData(value);
    }
    return tensor.build().toByteArray();
  }
}
