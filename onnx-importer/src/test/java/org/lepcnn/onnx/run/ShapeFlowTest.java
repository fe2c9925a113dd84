/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Shapes;

/** Shapes behind those that depend on the data, against ONNX Runtime on varied inputs. */
class ShapeFlowTest {
  private static final int TRIES = 12;

  private final OnnxModels model = new OnnxModels(1).opset(17).input("x", 4, 6);

  @Test
  void fixedPlacesAlongTheAxisThatDependsOnData_haveAFixedShape() throws Exception {
    places();
    model.node("Gather", "y", "n " + model.integers(0, 1, 0), integer("axis", 1));
    assertFixed("2x3");
  }

  @Test
  void anAxisCountsFromTheEndToo() throws Exception {
    places();
    model.node("Gather", "y", "n " + model.integers(0, 1), integer("axis", -1));
    assertFixed("2x2");
  }

  @Test
  void theAxisIsFollowed_whereItIsMoved() throws Exception {
    places();
    model.node("Transpose", "t", "n");
    model.node("Cast", "c", "t", integer("to", DataType.FLOAT_VALUE));
    model.node("Gather", "y", "c " + model.integers(0), integer("axis", 0));
    assertFixed("1x2");
  }

  static Set<String> keeping() {
    return DynamicAxis.KEEPING;
  }

  @ParameterizedTest
  @MethodSource("keeping")
  void theAxisIsFollowed_throughOperatorsThatKeepIt(String op) throws Exception {
    places();
    DataType type = op.equals("Not") ? DataType.BOOL : DataType.FLOAT;
    model.node("Cast", "c", "n", integer("to", type.getNumber()));
    if (op.equals("Cast")) {
      model.node(op, "k", "c", integer("to", DataType.INT64_VALUE));
    } else {
      model.node(op, "k", "c");
    }
    model.node("Gather", "y", "k " + model.integers(0, 1, 0), integer("axis", 1));
    assertFixed("2x3");
  }

  @Test
  void placesAlongAnotherAxis_leaveItDependOnData() throws Exception {
    places();
    model.node("Gather", "g", "n " + model.integers(1, 0, 1), integer("axis", 0));
    model.node("Transpose", "y", "g", ints("perm", 1, 0));
    assertDynamic();
  }

  @Test
  void placesAlongBothAxes_haveAFixedShape() throws Exception {
    places();
    model.node("Gather", "g", "n " + model.integers(1), integer("axis", 0));
    model.node("Gather", "y", "g " + model.integers(0, 0), integer("axis", 1));
    assertFixed("1x2");
  }

  @Test
  void chosenElements_areAVector() throws Exception {
    model.node("Greater", "b", "x " + model.number(0));
    model.node("Reshape", "r", "b " + model.integers(24));
    model.node("Compress", "n", "x r");
    model.node("Gather", "y", "n " + model.integers(0));
    assertFixed("1");
  }

  @Test
  void sizesThatAreStated_areFixed() throws Exception {
    places();
    model.node("Pad", "p", "n " + model.integers(0, 0, 0, 24));
    String columns = model.integers(0) + " " + model.integers(24) + " " + model.integers(1);
    model.node("Slice", "s", "p " + columns);
    model.node("Reshape", "y", "s " + model.integers(6, 8));
    assertFixed("6x8");
    assertThat(new ShapeFlow(graph()).kind("s")).isEqualTo(ShapeFlow.Kind.DYNAMIC);
  }

  @Test
  void aSizeThatIsLeftOpen_dependsOnData() throws Exception {
    places();
    model.node("Reshape", "y", "n " + model.integers(-1, 2));
    assertDynamic();
  }

  @Test
  void whatIsNotFollowed_staysDynamic() {
    places();
    model.node("Pad", "p", "n " + model.integers(0, 0, 0, 0));
    model.node("Gather", "y", "p " + model.integers(0), integer("axis", 1));
    model.output("y");
    assertThat(new ShapeFlow(graph()).kind("y")).isEqualTo(ShapeFlow.Kind.DYNAMIC);
  }

  private void places() {
    model.node("Relu", "positive", "x");
    model.node("NonZero", "n", "positive");
  }

  private Graph graph() {
    return new Graph(model.build());
  }

  private void assertFixed(String shape) throws Exception {
    model.output("y");
    assertThat(new ShapeFlow(graph()).kind("y")).isEqualTo(ShapeFlow.Kind.DATA);
    assertThat(shapes()).containsExactly(shape);
  }

  private void assertDynamic() throws Exception {
    model.output("y");
    assertThat(new ShapeFlow(graph()).kind("y")).isEqualTo(ShapeFlow.Kind.DYNAMIC);
    assertThat(shapes()).hasSizeGreaterThan(1);
  }

  private Set<String> shapes() throws Exception {
    Set<String> shapes = new HashSet<>();
    for (int seed = 0; seed < TRIES; seed++) {
      float[] values = new float[24];
      Random random = new Random(seed);
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat() - 0.5f;
      }
      try (OnnxTensor x =
          OnnxTensor.createTensor(
              OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), new long[] {4, 6})) {
        shapes.add(
            OnnxRuntime.run(
                "Running one graph",
                model.build(),
                Map.of("x", x),
                result -> Shapes.text(((OnnxTensor) result.get(0)).getInfo().getShape())));
      }
    }
    return shapes;
  }
}
