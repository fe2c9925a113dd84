/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.cli.CheckCommandTest.SIDE;
import static org.lepcnn.cli.CheckCommandTest.WRONG;
import static org.lepcnn.cli.CheckCommandTest.input;
import static org.lepcnn.cli.CheckCommandTest.product;
import static org.lepcnn.cli.CheckCommandTest.tensor;
import static org.lepcnn.cli.CheckCommandTest.writeDataSet;
import static org.lepcnn.onnx.OnnxModels.integer;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.check.FloatModel;
import org.lepcnn.check.Top1;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.OnnxModels;

/** {@code check} compares outputs of every type, and those that data sets store. */
@Tag("slow")
class CheckOutputsTest {
  @TempDir private Path folder;

  private Ran check(OnnxModels model, Object... options) {
    List<Object> arguments = new ArrayList<>(List.of("check", model.write(folder), "--trusted"));
    arguments.addAll(List.of(options));
    return Ran.command(arguments.toArray());
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorProto.DataType.class,
      names = {
        "FLOAT",
        "DOUBLE",
        "FLOAT16",
        "BFLOAT16",
        "INT8",
        "INT16",
        "INT32",
        "INT64",
        "UINT8",
        "UINT16",
        "UINT32",
        "UINT64",
        "BOOL",
        "STRING"
      })
  void outputsOfEveryType_areComparedWithFloatAndWithStoredOnes(TensorProto.DataType type)
      throws IOException {
    OnnxModels model = product();
    model.node("ArgMax", "label", "p", integer("axis", 1), integer("keepdims", 0));
    model.node("Cast", "y", "label", integer("to", type.getNumber()));
    model.output("p", "y");
    Path data = folder.resolve("data");
    writeDataSet(data, null);
    TensorProto.Builder stored = TensorProto.newBuilder().setDataType(type.getNumber()).addDims(1);
    long label = label(model);
    boolean bool = type == TensorProto.DataType.BOOL;
    writeOutput(data, 1, element(stored.clone(), bool ? 1 : label));
    Ran ran = check(model, "--data", data);
    assertThat(ran.status()).as(ran.text()).isZero();
    assertThat(ran.text()).contains("stored outputs agree (none is stored of p)");
    writeOutput(data, 1, element(stored.clone(), bool ? 0 : label + 1));
    Ran off = check(model, "--data", data, "--json");
    assertThat(off.status()).as(off.text()).isEqualTo(WRONG);
    assertThat(off.text())
        .containsPattern("\"name\":\"p\"[^}]*\"agreesWithFloat\":true[^}]*}")
        .containsPattern("\"name\":\"y\"[^}]*\"agreesWithFloat\":true,\"agreesWithStored\":false");
  }

  private long label(OnnxModels model) {
    try (FloatModel floats = new FloatModel(model.write(folder))) {
      return Top1.of(floats.run(Map.of("x", HostTensor.of(input(), 1, SIDE))).get("p").floats());
    }
  }

  /** Where the format keeps an element of each type. */
  private static TensorProto element(TensorProto.Builder tensor, long value) {
    return switch (TensorProto.DataType.forNumber(tensor.getDataType())) {
      case FLOAT -> tensor.addFloatData((float) value).build();
      case DOUBLE -> tensor.addDoubleData((double) value).build();
      case INT64 -> tensor.addInt64Data(value).build();
      case UINT32, UINT64 -> tensor.addUint64Data(value).build();
      case STRING -> tensor.addStringData(ByteString.copyFromUtf8("" + value)).build();
      case FLOAT16 ->
          tensor.addInt32Data(Fp16Conversions.floatToFp16((float) value) & 0xffff).build();
      case BFLOAT16 ->
          tensor.addInt32Data(Fp16Conversions.floatToBf16((float) value) & 0xffff).build();
      default -> tensor.addInt32Data((int) value).build();
    };
  }

  @Test
  void aTextAlone_isTheAnswer() {
    OnnxModels model = product();
    model.node("ArgMax", "number", "p", integer("axis", 1), integer("keepdims", 0));
    model.node("Cast", "label", "number", integer("to", TensorProto.DataType.STRING_VALUE));
    Ran ran = check(model.output("label"));
    assertThat(ran.status()).as(ran.text()).isZero();
    assertThat(ran.text())
        .contains("0 of 1 texts differ", "top-1 agrees", "every text the same as in float");
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorProto.DataType.class,
      names = {"INT16", "UINT16", "UINT32", "UINT64"})
  void integersThatJavaLacks_areFedAndGivenOutAsWiderOnes(TensorProto.DataType type)
      throws IOException {
    OnnxModels model = product().input("k", type, 2);
    model.node("Identity", "same", "k");
    model.node("ReduceSum", "sum", "p", integer("keepdims", 0));
    model.node("Greater", "large", "sum " + model.number(0));
    GraphProto.Builder branch =
        GraphProto.newBuilder()
            .setName("branch")
            .addNode(NodeProto.newBuilder().setOpType("Identity").addInput("k").addOutput("inside"))
            .addOutput(OnnxModels.value("inside", type, 2));
    model.node(
        "If",
        "either",
        "large",
        OnnxModels.body("then_branch", branch),
        OnnxModels.body("else_branch", branch));
    model.output("p", "k", "same", "either");
    Path data = folder.resolve("data");
    writeDataSet(data, null);
    TensorProto.Builder k = TensorProto.newBuilder().setDataType(type.getNumber()).addDims(2);
    int value = type == TensorProto.DataType.INT16 ? -2 : 0xfffe;
    boolean shorts = type == TensorProto.DataType.INT16 || type == TensorProto.DataType.UINT16;
    for (int element : new int[] {value, 3}) {
      k = shorts ? k.addInt32Data(element) : k.addUint64Data(element);
    }
    Files.write(data.resolve("test_data_set_0/input_1.pb"), k.build().toByteArray());
    for (int output = 1; output < 4; output++) {
      writeOutput(data, output, k.build());
    }
    Ran ran = check(model, "--data", data);
    assertThat(ran.status()).as(ran.text()).isZero();
    assertThat(ran.text())
        .contains("0 of 6 whole numbers differ", "stored outputs agree (none is stored of p)");
  }

  @Test
  void filesOfADataSet_areNumberedByTheInputsOfTheModel_boundOnesToo() throws IOException {
    OnnxModels model =
        new OnnxModels(5).input("rate", TensorProto.DataType.INT64).input("x", 1, SIDE);
    String weights = model.constant(model.numbers(SIDE * SIDE, -1, 1), SIDE, SIDE);
    model.node("MatMul", "p", "x " + weights);
    model.node("Cast", "factor", "rate", integer("to", TensorProto.DataType.FLOAT_VALUE));
    model.node("Mul", "y", "p factor");
    Path set = Files.createDirectories(folder.resolve("test_data_set_0"));
    Files.write(
        set.resolve("input_0.pb"),
        element(TensorProto.newBuilder().setDataType(TensorProto.DataType.INT64_VALUE), 2)
            .toByteArray());
    Files.write(set.resolve("input_1.pb"), tensor(input()));
    Ran ran = check(model.output("y"), "--input", "rate=2");
    assertThat(ran.status()).as(ran.text()).isZero();
    assertThat(ran.text()).contains("on 1 data set beside the model", "1 inputs: all equal");
    String other = "input_0.pb: expected the value that the option --input binds 'rate' to";
    Ran refused = check(model, "--input", "rate=3", "--precision", "fast");
    assertThat(refused.status()).isEqualTo(CheckCommandTest.BAD_INPUT);
    assertThat(refused.text()).contains(other);
    Ran imported =
        Ran.command("import", model.write(folder), "-o", folder.resolve("b"), "--input", "rate=3");
    assertThat(imported.text()).contains("Precision: not measured", other);
    Ran samples =
        Ran.command(
            "import",
            model.write(folder),
            "-o",
            folder.resolve("b"),
            "--input",
            "rate=3",
            "--samples",
            folder);
    assertThat(samples.status()).isEqualTo(CheckCommandTest.BAD_INPUT);
    assertThat(samples.text()).contains(other);
  }

  private static void writeOutput(Path data, int number, TensorProto tensor) throws IOException {
    Path set = data.resolve("test_data_set_0");
    Files.write(set.resolve("output_" + number + ".pb"), tensor.toByteArray());
  }
}
