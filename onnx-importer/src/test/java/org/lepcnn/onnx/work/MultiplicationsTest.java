/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;
import static org.lepcnn.onnx.OnnxModels.real;
import static org.lepcnn.onnx.OnnxModels.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.plan.Precision;

/** The multiplications of every counted operator that ONNX Runtime runs on a processor. */
class MultiplicationsTest {
  @TempDir Path folder;
  private final OnnxModels model = new OnnxModels(7);

  @Test
  void quantizedConvolution_isCounted() {
    model.input("x", dims(1, 3, 8, 8));
    model.node("QuantizeLinear", "q", "x " + scale() + " " + zero(DataType.UINT8));
    model.node(
        "QLinearConv",
        "c",
        "q "
            + scale()
            + " "
            + zero(DataType.UINT8)
            + " "
            + bytes(DataType.INT8, 4, 3, 3, 3)
            + " "
            + scale()
            + " "
            + zero(DataType.INT8)
            + " "
            + scale()
            + " "
            + zero(DataType.UINT8));
    model.node("DequantizeLinear", "y", "c " + scale() + " " + zero(DataType.UINT8));

    assertCounts("QLinearConv", 6 * 6 * 4 * 27, "4x3x3x3");
  }

  @Test
  void convolutionWithChannelsLast_ofVariableWeights_staysWithAnAdvice() {
    model.input("x", dims(1, 6, 6, 3));
    String parameters = scale() + " " + zero(DataType.UINT8);
    model.node("QuantizeLinear", "q", "x " + parameters);
    model.input("w", DataType.INT8, dims(4, 3, 3, 3));
    String weights = "w " + scale() + " " + zero(DataType.INT8);
    contributed(
        "QLinearConv",
        String.join(" ", "q", parameters, weights, parameters),
        integer("channels_last", 1));

    assertStays("QLinearConv", 4 * 4 * 4 * 27, "1x6x6x3 · scalar", "not constant");
    assertThat(prepared().notes())
        .anySatisfy(
            note ->
                assertThat(note)
                    .startsWith("A layer stays on the device that could go to the edge, of 1,728 ")
                    .contains("weights as constants"));
  }

  @Test
  void convInteger_isCounted() {
    model.input("x", dims(1, 3, 8, 8));
    dynamicallyQuantized();
    model.node("ConvInteger", "y", "q " + bytes(DataType.INT8, 4, 3, 3, 3) + " z");

    assertCounts("ConvInteger", 6 * 6 * 4 * 27, "4x3x3x3");
  }

  @Test
  void matMulInteger_isCounted() {
    model.input("x", dims(5, 20));
    dynamicallyQuantized();
    model.node("MatMulInteger", "y", "q " + bytes(DataType.INT8, 20, 7) + " z");

    assertCounts("MatMulInteger", 5 * 20 * 7, "20x7");
  }

  @Test
  void qLinearMatMul_isCounted() {
    model.input("x", dims(5, 20));
    model.node("QuantizeLinear", "q", "x " + scale() + " " + zero(DataType.UINT8));
    model.node("QLinearMatMul", "y", quantizedProduct());

    assertCounts("QLinearMatMul", 5 * 20 * 7, "20x7");
  }

  @Test
  void qGemm_isCounted() {
    model.input("x", dims(5, 20));
    model.node("QuantizeLinear", "q", "x " + scale() + " " + zero(DataType.UINT8));
    contributed(
        "QGemm",
        "q "
            + scale()
            + " "
            + zero(DataType.UINT8)
            + " "
            + bytes(DataType.UINT8, 20, 7)
            + " "
            + scale()
            + " "
            + zero(DataType.UINT8)
            + "  "
            + scale()
            + " "
            + zero(DataType.UINT8));

    assertCounts("QGemm", 5 * 20 * 7, "20x7");
  }

  @ParameterizedTest
  @CsvSource({"LSTM, 4, 1", "LSTM, 4, 2", "GRU, 3, 1", "RNN, 1, 1"})
  void recurrentLayer_countsBothMatricesInEveryStep(String op, int gates, int directions) {
    model.input("x", dims(11, 2, 6));
    String w =
        model.constant(model.numbers(directions * gates * 5 * 6, -1, 1), directions, 5L * gates, 6);
    String r =
        model.constant(model.numbers(directions * gates * 5 * 5, -1, 1), directions, 5L * gates, 5);
    model.node(
        op,
        "y",
        "x " + w + " " + r,
        integer("hidden_size", 5),
        text("direction", directions == 2 ? "bidirectional" : "forward"));

    long steps = 11L * 2 * directions;
    assertStays(
        op, steps * gates * 5 * (6 + 5), directions + "x" + gates * 5 + "x6", "the one before");
  }

  @ParameterizedTest
  @CsvSource({
    "'bij,jk->bik', 120, 24",
    "'bij,jk', 120, 24",
    "'...ij,jk->...ik', 120, 24",
    "'bij,jk->b', 120, 2",
    "'bij,jk->bijk', 120, 120"
  })
  void einsum_countsEveryCombinationOfIndices(String equation, long expected, long outputs) {
    model.input("x", dims(2, 3, 5));
    model.node("Einsum", "y", "x " + model.weights(1, 5, 4), text("equation", equation));

    assertThat(outputs).isPositive();
    assertStays("Einsum", expected, "5x4", "this notation");
  }

  @Test
  void einsumOfThree_isCountedFromTheLeft() {
    model.input("x", dims(2, 3));
    String weights = model.weights(1, 3, 4) + " " + model.weights(1, 4, 5);
    model.node("Einsum", "y", "x " + weights, text("equation", "ij,jk,kl->il"));

    assertStays("Einsum", 2 * 3 * 4 + 2 * 4 * 5, "4x5", "this notation");
  }

  @Test
  void einsumOfOne_multipliesNothing() {
    model.input("x", dims(2, 3));
    model.node("Einsum", "y", "x", text("equation", "ij->ji"));

    assertStays("Einsum", 0, "2x3", "this notation");
  }

  @Test
  void attention_countsQueriesAndResultsForEveryKey() {
    model.opset(23).input("x", dims(1, 2, 6, 8));
    model.input("k", dims(1, 2, 9, 8)).input("v", dims(1, 2, 9, 4));
    model.node("Attention", "y", "x k v");

    assertStays("Attention", (2 * 6 * 8 + 2 * 6 * 4) * 9, "1x2x6x8 · 1x2x9x8", "activations");
  }

  @Test
  void contributedAttention_countsItsProjectionsToo() {
    model.input("x", dims(1, 6, 8));
    contributed(
        "Attention",
        "x " + model.weights(1, 8, 24) + " " + model.vector(24, -1, 1),
        integer("num_heads", 2));

    assertStays("Attention", 6 * 8 * 24 + 2 * 6 * 8 * 6, "8x24", "own optimizer");
  }

  @Test
  void multiHeadAttention_isCounted() {
    model.input("x", dims(1, 6, 8)).input("k", dims(1, 9, 8)).input("v", dims(1, 9, 8));
    contributed("MultiHeadAttention", "x k v", integer("num_heads", 2));

    assertStays("MultiHeadAttention", 2 * 6 * 8 * 9, "1x6x8 · 1x9x8", "activations");
  }

  @Test
  void fusedOperators_areCounted() {
    model.input("x", dims(1, 3, 8, 8));
    contributed(
        "FusedConv",
        "x " + model.weights(0, 4, 3, 3, 3),
        text("activation", "Relu"),
        ints("kernel_shape", 3, 3));

    assertStays("FusedConv", 6 * 6 * 4 * 27, "4x3x3x3", "own optimizer");
  }

  @Test
  void fusedMatMul_isCountedTransposed() {
    model.input("x", dims(20, 5));
    contributed("FusedMatMul", "x " + model.weights(1, 20, 7), integer("transA", 1));

    assertStays("FusedMatMul", 5 * 20 * 7, "20x7", "own optimizer");
  }

  @Test
  void linearModel_isCounted() {
    model.input("x", dims(3, 6));
    AttributeProto.Builder coefficients =
        AttributeProto.newBuilder()
            .setName("coefficients")
            .setType(AttributeProto.AttributeType.FLOATS);
    for (int i = 0; i < 12; i++) {
      coefficients.addFloats(i);
    }
    node("ai.onnx.ml", "LinearRegressor", "x", coefficients.build(), integer("targets", 2));

    assertStays("LinearRegressor", 3 * 12, "3x6", "ai.onnx.ml");
  }

  @Test
  void otherOperators_areNotCounted() {
    model.input("x", dims(3, 6));
    model.node("Mul", "m", "x x");
    model.node("LeakyRelu", "y", "m", real("alpha", 0.5f));
    model.output("y");

    ImportReport report = ImportReport.of(prepared().bundle(Precision.FAST));

    assertThat(report.layers()).isEmpty();
    assertThat(report.table())
        .endsWith("net: nothing goes to the edge, since no layer of the model multiplies\n");
  }

  private void assertCounts(String op, long multiplications, String shape) {
    ImportReport report = ImportReport.of(prepared().bundle(Precision.FAST));

    assertThat(report.layers())
        .singleElement()
        .satisfies(layer -> assertThat(layer.op() + layer.shape()).isEqualTo(op + shape));
    assertThat(report.totalMacs()).isEqualTo(multiplications);
  }

  private void assertStays(String op, long multiplications, String shape, String reason) {
    ImportReport report = ImportReport.of(prepared().bundle(Precision.FAST));

    assertThat(report.layers())
        .singleElement()
        .satisfies(
            layer -> {
              assertThat(layer.op()).isEqualTo(op);
              assertThat(layer.macs()).isEqualTo(multiplications);
              assertThat(layer.shape()).isEqualTo(shape);
              assertThat(layer.reason()).contains(reason);
            });
    assertThat(report.totalMacs()).isEqualTo(multiplications);
    assertThat(report.offloadedShare()).isZero();
    assertThat(report.table()).contains("net: nothing goes to the edge; the device does all of ");
  }

  private PreparedImport prepared() {
    if (model.graph().getOutputCount() == 0) {
      model.output("y");
    }
    return ModelImporter.prepare(model.write(folder), ImportOptions.defaults());
  }

  private String quantizedProduct() {
    return "q "
        + scale()
        + " "
        + zero(DataType.UINT8)
        + " "
        + bytes(DataType.INT8, 20, 7)
        + " "
        + scale()
        + " "
        + zero(DataType.INT8)
        + " "
        + scale()
        + " "
        + zero(DataType.UINT8);
  }

  private void dynamicallyQuantized() {
    model
        .graph()
        .addNode(
            NodeProto.newBuilder()
                .setOpType("DynamicQuantizeLinear")
                .addInput("x")
                .addAllOutput(List.of("q", "s", "z")));
  }

  private void contributed(String op, String inputs, AttributeProto... attributes) {
    node("com.microsoft", op, inputs, attributes);
  }

  private void node(String domain, String op, String inputs, AttributeProto... attributes) {
    model
        .graph()
        .addNode(
            NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(op)
                .addAllInput(Arrays.asList(inputs.split(" ", -1)))
                .addOutput("y")
                .addAllAttribute(Arrays.asList(attributes)));
    model.model().addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1));
  }

  private String scale() {
    return model.constant(new float[] {0.05f});
  }

  private String zero(DataType type) {
    return bytes(type);
  }

  private String bytes(DataType type, long... dims) {
    byte[] values = new byte[(int) Tensors.elements(dims)];
    for (int i = 0; i < values.length && dims.length > 0; i++) {
      values[i] = (byte) (i % 100);
    }
    String name = "bytes" + model.graph().getInitializerCount();
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(values));
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    model.graph().addInitializer(tensor);
    return name;
  }
}
