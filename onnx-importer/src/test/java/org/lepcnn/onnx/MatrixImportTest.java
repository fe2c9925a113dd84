/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.real;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.plan.OffloadPolicy;

class MatrixImportTest {
  private static final ImportOptions ALL =
      ImportOptions.defaults().withOffload(OffloadPolicy.all());

  @TempDir Path folder;

  static Stream<Arguments> products() {
    return Stream.of(
        // the other operand, the constant, its channel axis, whether it stands on the right
        Arguments.of(dims(5, 6), dims(6, 7), 1, true),
        Arguments.of(dims(2, 3, 5, 6), dims(6, 7), 1, true),
        Arguments.of(dims(6), dims(6, 7), 1, true),
        Arguments.of(dims(5, 6), dims(1, 1, 6, 7), 3, true),
        Arguments.of(dims(6, 7), dims(5, 6), 0, false),
        Arguments.of(dims(2, 3, 6, 7), dims(5, 6), 0, false),
        Arguments.of(dims(6), dims(5, 6), 0, false),
        Arguments.of(dims(3, 6, 7), dims(1, 5, 6), 1, false),
        // batches of matrices: one each, or one operand for all
        Arguments.of(dims(3, 5, 6), dims(3, 6, 7), 2, true),
        Arguments.of(dims(2, 3, 5, 6), dims(3, 6, 7), 2, true),
        Arguments.of(dims(2, 3, 1, 6), dims(1, 2, 3, 6, 7), 4, true),
        Arguments.of(dims(1, 5, 6), dims(3, 6, 7), 2, true),
        Arguments.of(dims(6), dims(3, 6, 7), 2, true),
        Arguments.of(dims(3, 6, 7), dims(3, 5, 6), 1, false),
        Arguments.of(dims(2, 3, 6, 7), dims(3, 5, 6), 1, false),
        Arguments.of(dims(6, 7), dims(2, 3, 5, 6), 2, false),
        Arguments.of(dims(6), dims(3, 5, 6), 1, false),
        // batches that are broadcast on both sides
        Arguments.of(dims(2, 1, 5, 6), dims(3, 6, 7), 2, true),
        Arguments.of(dims(2, 1, 6, 7), dims(3, 5, 6), 1, false),
        Arguments.of(dims(1, 4, 5, 6), dims(3, 1, 6, 7), 3, true),
        Arguments.of(dims(1, 4, 6, 7), dims(3, 1, 5, 6), 2, false),
        Arguments.of(dims(4, 5, 6), dims(3, 1, 6, 7), 3, true),
        Arguments.of(dims(2, 3, 4, 6, 7), dims(2, 1, 4, 5, 6), 3, false),
        Arguments.of(dims(2, 3, 4, 5, 6), dims(2, 1, 4, 6, 7), 4, true),
        Arguments.of(dims(3, 2, 1, 4, 5, 6), dims(2, 4, 1, 6, 7), 4, true),
        Arguments.of(dims(3, 2, 1, 4, 6, 7), dims(2, 4, 1, 5, 6), 3, false),
        Arguments.of(dims(2, 1, 1, 6), dims(2, 3, 6, 7), 3, true));
  }

  @ParameterizedTest
  @MethodSource("products")
  void matMulWithAConstant_equalsOnnxRuntime(
      long[] input, long[] weights, int channelAxis, boolean right) throws Exception {
    OnnxModels model = new OnnxModels(1).input("x", input);
    String constant = model.weights(channelAxis, weights);
    model.node("MatMul", "y", right ? "x " + constant : constant + " x");
    model.output("y");

    FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);
  }

  @Test
  void matMulWithAVector_equalsOnnxRuntime() throws Exception {
    for (boolean right : new boolean[] {true, false}) {
      OnnxModels model = new OnnxModels(2).input("x", right ? dims(4, 6) : dims(6, 4));
      float[] values = model.exactWeights(0, 1, 6);
      String constant = model.constant(values, 6);
      model.node("MatMul", "y", right ? "x " + constant : constant + " x");
      model.output("y");

      FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);
    }
  }

  @Test
  void anAddOfOneValuePerChannel_isFoldedIn() throws Exception {
    for (boolean right : new boolean[] {true, false}) {
      OnnxModels model = new OnnxModels(3).input("x", 1, 6, 6);
      String constant = model.weights(right ? 1 : 0, 6, 6);
      model.node("MatMul", "product", right ? "x " + constant : constant + " x");
      String bias = model.constant(model.numbers(6, -1, 1), right ? dims(6) : dims(6, 1));
      model.node("Add", "y", bias + " product");
      model.output("y");

      ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);

      assertThat(bundle.device().layers().get(0).output()).isEqualTo("y");
    }
  }

  @Test
  void anAddThatVariesAlongRowsOrEnlarges_staysOnTheDevice() throws Exception {
    for (long[] bias : new long[][] {dims(5, 1), dims(5, 7), dims(2, 5, 7)}) {
      OnnxModels model = new OnnxModels(4).input("x", 5, 6);
      model.node("MatMul", "product", "x " + model.weights(1, 6, 7));
      int count = Math.toIntExact(Tensors.elements(bias));
      model.node("Add", "y", "product " + model.constant(model.numbers(count, -1, 1), bias));
      model.output("y");

      ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);

      assertThat(bundle.device().layers().get(0).output()).isEqualTo("product");
    }
  }

  @Test
  void productsOfActivations_stayOnTheDevice() throws Exception {
    OnnxModels model = new OnnxModels(5).input("x", 2, 1, 6, 6);
    model.node("MatMul", "y", "x x");
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 0, 1);

    assertThat(bundle.device().report().get(0).reason()).contains("not linear");
  }

  static Stream<Arguments> gemms() {
    return Stream.of(
        Arguments.of("no C", false, null, new AttributeProto[0]),
        Arguments.of("vector C", false, dims(7), new AttributeProto[0]),
        Arguments.of("scalar C", false, dims(), new AttributeProto[] {real("beta", 0.5f)}),
        Arguments.of("row C", false, dims(1, 7), new AttributeProto[] {real("alpha", -0.5f)}),
        Arguments.of("column C", false, dims(5, 1), new AttributeProto[] {real("beta", 2)}),
        Arguments.of("matrix C", false, dims(5, 7), new AttributeProto[] {real("alpha", 3)}),
        Arguments.of("transposed A", true, dims(7), new AttributeProto[] {integer("transA", 1)}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("gemms")
  void everyFormOfGemm_equalsOnnxRuntime(
      String name, boolean transA, long[] c, AttributeProto[] attributes) throws Exception {
    for (boolean transB : new boolean[] {false, true}) {
      OnnxModels model = new OnnxModels(6).input("x", transA ? dims(6, 5) : dims(5, 6));
      String inputs = "x " + model.weights(transB ? 0 : 1, transB ? dims(7, 6) : dims(6, 7));
      if (c != null) {
        int count = Math.toIntExact(Tensors.elements(c));
        inputs += " " + model.constant(model.numbers(count, -1, 1), c);
      }
      AttributeProto[] all = Arrays.copyOf(attributes, attributes.length + 1);
      all[attributes.length] = integer("transB", transB ? 1 : 0);
      model.node("Gemm", "y", inputs, all);
      model.output("y");

      FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);
    }
  }

  @Test
  void gemmWithACOfTheModel_isFinishedOnTheDevice() throws Exception {
    OnnxModels model = new OnnxModels(7).input("x", 5, 6).input("c", 5, 7);
    model.node("Gemm", "y", "x " + model.weights(1, 6, 7) + " c", real("beta", 0.25f));
    model.output("y");

    FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void gemmWithTheConstantOnTheLeft_equalsOnnxRuntime(int form) throws Exception {
    boolean transA = (form & 1) != 0;
    boolean transB = (form & 2) != 0;
    for (long[] c : new long[][] {dims(7), dims(5, 1), dims(1)}) {
      OnnxModels model = new OnnxModels(8).input("x", transB ? dims(7, 6) : dims(6, 7));
      String left = model.weights(transA ? 1 : 0, transA ? dims(6, 5) : dims(5, 6));
      int count = Math.toIntExact(Tensors.elements(c));
      String addend = model.constant(model.numbers(count, -1, 1), c);
      AttributeProto[] attributes = {
        integer("transA", transA ? 1 : 0), integer("transB", transB ? 1 : 0), real("beta", 0.5f)
      };
      model.node("Gemm", "y", left + " x " + addend, attributes);
      model.output("y");

      FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);
    }
  }

  @Test
  void constantsBehindIdentityReshapeTransposeAndCast_areFoundByOnnxRuntime() throws Exception {
    OnnxModels model = new OnnxModels(9).ir(3).input("x", 5, 6);
    String weights = model.typedConstant(model.exactWeights(0, 7, 6), 42);
    model.graph().addInput(OnnxModels.value(weights, TensorProto.DataType.FLOAT, 42));
    model.node("Identity", "w0", weights);
    model.node("Reshape", "w1", "w0 " + model.integers(7, 6));
    model.node("Transpose", "w2", "w1");
    model.node("Cast", "w3", "w2", integer("to", 11));
    model.node("Cast", "w4", "w3", integer("to", 1));
    model.node("Gemm", "y", "x w4");
    model.output("y");

    FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);
  }
}
