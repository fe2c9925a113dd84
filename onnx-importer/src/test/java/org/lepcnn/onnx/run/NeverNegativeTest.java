/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;
import static org.lepcnn.onnx.OnnxModels.real;
import static org.lepcnn.onnx.OnnxModels.text;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.ValueType;

/**
 * What is proved never to be negative, against ONNX Runtime on random and extreme inputs: x may be
 * negative, and p is what Relu makes of another input.
 */
class NeverNegativeTest {
  private static final long[] SHAPE = {1, 2, 4, 4};
  private static final int ELEMENTS = 32;
  private static final int TRIES = 20;

  private final OnnxModels model =
      new OnnxModels(3).opset(17).input("x", SHAPE).input("u", SHAPE).output("y");

  NeverNegativeTest() {
    model.node("Relu", "p", "u");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Abs",
        "Exp",
        "HardSigmoid",
        "ReduceL1",
        "ReduceL2",
        "ReduceSumSquare",
        "Relu",
        "Sigmoid",
        "Softmax",
        "Softplus",
        "ThresholdedRelu"
      })
  void ofAnything(String op) throws Exception {
    model.node(op, "y", "x");
    assertProved();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ceil",
        "Celu",
        "Elu",
        "Flatten",
        "Floor",
        "GlobalAveragePool",
        "GlobalMaxPool",
        "LeakyRelu",
        "ReduceMax",
        "ReduceMean",
        "ReduceMin",
        "ReduceProd",
        "ReduceSum",
        "Round",
        "Sign",
        "Sqrt",
        "Transpose"
      })
  void ofSomethingNotNegative(String op) throws Exception {
    model.node(op, "y", "p");
    assertProved();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ceil",
        "Celu",
        "Cos",
        "Elu",
        "Erf",
        "Flatten",
        "Floor",
        "GlobalAveragePool",
        "GlobalMaxPool",
        "HardSwish",
        "LeakyRelu",
        "LogSoftmax",
        "Neg",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceMax",
        "ReduceMean",
        "ReduceMin",
        "ReduceProd",
        "ReduceSum",
        "Round",
        "Selu",
        "Sign",
        "Softsign",
        "Tanh",
        "Transpose"
      })
  void notOfAnything(String op) {
    model.node(op, "y", "x");
    assertNotProved();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Add", "Sum", "Mul", "Div", "Min", "Mean", "Max"})
  void combinations(String op) throws Exception {
    model.node("Sigmoid", "s", "x");
    model.node(op, "y", "p s");
    assertProved();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Add", "Sum", "Mul", "Div", "Min", "Mean", "Sub"})
  void notCombinationsWithSomethingNegative(String op) {
    model.node(op, "y", "p x");
    assertNotProved();
  }

  @Test
  void notDifferences() {
    model.node("Sub", "y", "p p");
    assertNotProved();
  }

  @Test
  void maximaOfOneThatIsNotNegative() throws Exception {
    model.node("Max", "y", "x p");
    assertProved();
  }

  @Test
  void squares() throws Exception {
    model.node("Mul", "y", "x x");
    assertProved();
  }

  @Test
  void evenPowers() throws Exception {
    model.node("Pow", "y", "x " + model.number(2));
    assertProved();
  }

  @Test
  void notOddPowers() {
    model.node("Pow", "y", "x " + model.number(3));
    assertNotProved();
  }

  @Test
  void powersOfSomethingNotNegative() throws Exception {
    model.node("Pow", "y", "p " + model.number(0.5f));
    assertProved();
  }

  @Test
  void joined() throws Exception {
    model.node("Concat", "y", "p p", integer("axis", 1));
    assertProved();
  }

  @Test
  void notJoinedWithSomethingNegative() {
    model.node("Concat", "y", "p x", integer("axis", 1));
    assertNotProved();
  }

  @ParameterizedTest
  @ValueSource(strings = {"MaxPool", "AveragePool"})
  void pooled(String op) throws Exception {
    model.node(op, "y", "p", ints("kernel_shape", 3, 3), ints("pads", 1, 1, 1, 1));
    assertProved();
  }

  @Test
  void pooledBeyondTheEnd() throws Exception {
    model.node(
        "MaxPool",
        "y",
        "p",
        ints("kernel_shape", 3, 3),
        ints("strides", 2, 2),
        integer("ceil_mode", 1));
    assertProved();
  }

  /** A window of it may hold nothing but padding. */
  @Test
  void notPooledWithDilation() {
    model.node("MaxPool", "y", "p", ints("kernel_shape", 2, 2), ints("dilations", 2, 2));
    assertNotProved();
  }

  @Test
  void clippedFromZero() throws Exception {
    model.node("Clip", "y", "x " + model.number(0) + " " + model.number(6));
    assertProved();
  }

  @Test
  void clippedFromAbove() throws Exception {
    model.node("Clip", "y", "p  " + model.number(6));
    assertProved();
  }

  @Test
  void notClippedFromBelowZero() {
    model.node("Clip", "y", "x " + model.number(-1) + " " + model.number(6));
    assertNotProved();
  }

  @Test
  void notClippedToBelowZero() {
    model.node("Clip", "y", "p " + model.number(0) + " " + model.number(-1));
    assertNotProved();
  }

  @Test
  void clippedByAttributes() {
    model.opset(10).node("Clip", "y", "x", real("min", 0), real("max", 6));
    assertThat(proved()).isTrue();
  }

  @Test
  void padded() throws Exception {
    model.node("Pad", "y", "p " + model.integers(0, 0, 1, 1, 0, 0, 1, 1));
    assertProved();
  }

  @Test
  void notPaddedWithSomethingNegative() {
    model.node("Pad", "y", "p " + model.integers(0, 0, 1, 1, 0, 0, 1, 1) + " " + model.number(-1));
    assertNotProved();
  }

  @Test
  void paddedByReflection() throws Exception {
    model.node("Pad", "y", "p " + model.integers(0, 0, 1, 1, 0, 0, 1, 1), text("mode", "reflect"));
    assertProved();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nearest", "linear"})
  void interpolated(String mode) throws Exception {
    resize(mode);
    assertProved();
  }

  @Test
  void notInterpolatedByCubes() {
    resize("cubic");
    assertNotProved();
  }

  private void resize(String mode) {
    String scales = model.constant(new float[] {1, 1, 2.5f, 1.5f}, 4);
    model.node("Resize", "y", "p  " + scales, text("mode", mode));
  }

  @Test
  void chosen() throws Exception {
    model.node("Greater", "c", "x " + model.number(0));
    model.node("Where", "y", "c p " + model.number(1));
    assertProved();
  }

  @Test
  void notChosenFromSomethingNegative() {
    model.node("Greater", "c", "x " + model.number(0));
    model.node("Where", "y", "c p x");
    assertNotProved();
  }

  @Test
  void movedByPlaces() throws Exception {
    model.node("Reshape", "r", "p " + model.integers(2, 16));
    model.node("Slice", "s", "r " + model.integers(0) + " " + model.integers(2));
    model.node("Gather", "g", "s " + model.integers(1, 0), integer("axis", 1));
    model.node("Unsqueeze", "y", "g " + model.integers(0));
    assertProved();
  }

  @Test
  void normalizedAcrossChannels() throws Exception {
    model.node("LRN", "y", "p", integer("size", 3), real("alpha", 0.5f), real("beta", 0.75f));
    assertProved();
  }

  @Test
  void booleansAndBytes() throws Exception {
    model.node("Greater", "c", "x " + model.number(0));
    model.node("Cast", "y", "c", integer("to", DataType.FLOAT_VALUE));
    assertProved();
  }

  /** What is too large for the integers becomes negative. */
  @Test
  void notIntegersOfFloats() {
    model.node("Cast", "i", "p", integer("to", DataType.INT32_VALUE));
    model.node("Cast", "y", "i", integer("to", DataType.FLOAT_VALUE));
    assertNotProved();
  }

  @Test
  void quantizedFromTheLeastInteger() throws Exception {
    String zero = model.integers(DataType.INT8, new int[] {-128});
    model.node("QuantizeLinear", "q", "x " + model.number(0.1f) + " " + zero);
    model.node("DequantizeLinear", "y", "q " + model.number(0.1f) + " " + zero);
    assertProved();
  }

  @Test
  void quantizedBytes() throws Exception {
    model.node("QuantizeLinear", "q", "x " + model.number(0.1f));
    model.node("DequantizeLinear", "y", "q " + model.number(0.1f));
    assertProved();
  }

  @Test
  void notQuantizedAroundAZeroPoint() {
    String zero = model.integers(DataType.UINT8, new int[] {7});
    model.node("QuantizeLinear", "q", "x " + model.number(0.1f) + " " + zero);
    model.node("DequantizeLinear", "y", "q " + model.number(0.1f) + " " + zero);
    assertNotProved();
  }

  @Test
  void quantizedFromSomethingNotNegative() throws Exception {
    String zero = model.integers(DataType.INT8, new int[] {0});
    String same = model.integers(DataType.INT8, new int[] {0});
    model.node("QuantizeLinear", "q", "p " + model.number(0.1f) + " " + zero);
    model.node("Reshape", "r", "q " + model.integers(32));
    model.node("DequantizeLinear", "y", "r " + model.number(0.1f) + " " + same);
    assertProved();
  }

  @Test
  void notQuantizedWithOneZeroPointAndReadWithAnother() {
    String zero = model.integers(DataType.INT8, new int[] {0});
    String other = model.integers(DataType.INT8, new int[] {1});
    model.node("QuantizeLinear", "q", "p " + model.number(0.1f) + " " + zero);
    model.node("DequantizeLinear", "y", "q " + model.number(0.1f) + " " + other);
    assertNotProved();
  }

  @Test
  void notConvolutions() {
    model.node("Conv", "y", "p " + model.weights(0, 2, 2, 1, 1));
    assertNotProved();
  }

  @Test
  void notInputsAndTheirMoves() {
    model.node("Reshape", "y", "x " + model.integers(2, 16));
    assertNotProved();
  }

  private void assertProved() throws Exception {
    assertThat(proved()).isTrue();
    Random random = new Random(5);
    List<UnaryOperator<Float>> kinds =
        List.of(
            each -> each,
            each -> each * 100,
            each -> each * 1e-30f,
            each -> each * 1e30f,
            each -> Math.copySign(Float.MIN_VALUE, each),
            each -> Math.copySign(0f, each));
    for (int attempt = 0; attempt < TRIES; attempt++) {
      for (UnaryOperator<Float> kind : kinds) {
        float[] y = run(random, kind);
        for (float value : y) {
          assertThat(value < 0).as("%s is negative", value).isFalse();
        }
      }
    }
  }

  private void assertNotProved() {
    assertThat(proved()).isFalse();
  }

  private boolean proved() {
    Graph graph = new Graph(model.build());
    Map<String, ValueType> inputs = new HashMap<>();
    graph.inputNames().forEach(name -> inputs.put(name, new ValueType(1, SHAPE)));
    InstrumentedRun run = InstrumentedRun.of(graph, inputs, java.util.Set.of());
    NeverNegative values = new NeverNegative(graph, run);
    values.follow(graph.nodes());
    assertThat(values.holds("x")).isFalse();
    assertThat(values.holds("p")).isTrue();
    return values.holds("y");
  }

  private float[] run(Random random, UnaryOperator<Float> kind) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OnnxTensor x = OnnxTensor.createTensor(environment, floats(random, kind), SHAPE);
        OnnxTensor u = OnnxTensor.createTensor(environment, floats(random, kind), SHAPE)) {
      return OnnxRuntime.run(
          "Running one operator",
          model.build(),
          Map.of("x", x, "u", u),
          result -> {
            FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] values = new float[buffer.remaining()];
            buffer.get(values);
            return values;
          });
    }
  }

  private static FloatBuffer floats(Random random, UnaryOperator<Float> kind) {
    FloatBuffer values = FloatBuffer.allocate(ELEMENTS);
    for (int i = 0; i < ELEMENTS; i++) {
      values.put(kind.apply((float) random.nextGaussian()));
    }
    return values.flip();
  }
}
