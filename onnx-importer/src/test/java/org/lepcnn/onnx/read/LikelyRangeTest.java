/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.real;

import ai.onnx.proto.OnnxMl.AttributeProto;
import org.junit.jupiter.api.Test;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.graph.Graph;

class LikelyRangeTest {
  private final OnnxModels model = new OnnxModels(1).input("x", 1, 3, 8, 8);

  @Test
  void meansOfBytes_tell() {
    model.node("Sub", "y", "x " + model.constant(new float[] {104, 117, 123}, 3, 1, 1));
    assertBytes(true);
  }

  @Test
  void meansAndDeviationsUpToOne_tellNothing() {
    model.node("Sub", "s", "x " + model.constant(new float[] {0.485f, 0.456f, 0.406f}, 3, 1, 1));
    model.node("Div", "y", "s " + model.constant(new float[] {0.229f, 0.224f, 0.225f}, 3, 1, 1));
    assertBytes(false);
  }

  @Test
  void divisionOfBytes_tells_behindWhatMovesThem() {
    model.node("Transpose", "t", "x");
    model.node("Identity", "i", "t");
    model.node("Div", "y", "i " + model.number(255));
    assertBytes(true);
  }

  @Test
  void whatIsDividedByThePicture_tellsNothing() {
    model.node("Div", "y", model.number(255) + " x");
    assertBytes(false);
  }

  @Test
  void smallFactor_tells_aLargeOneDoesNot() {
    model.node("Mul", "y", "x " + model.number(1 / 127.5f));
    assertBytes(true);
    OnnxModels other = new OnnxModels(1).input("x", 1, 3, 8, 8);
    other.node("Mul", "y", "x " + other.number(2));
    assertThat(LikelyRange.bytes(new Graph(other.output("y").build()))).isEmpty();
  }

  @Test
  void normalization_tellsByItsMeans() {
    model.node(
        "BatchNormalization",
        "y",
        String.join(
            " ",
            "x",
            model.vector(3, 1, 2),
            model.vector(3, 0, 1),
            model.vector(3, 90, 130),
            model.vector(3, 1, 2)));
    assertBytes(true);
  }

  @Test
  void scalerOfPictures_tellsByItsBias() {
    AttributeProto bias =
        AttributeProto.newBuilder()
            .setName("bias")
            .setType(AttributeProto.AttributeType.FLOATS)
            .addFloats(-104)
            .addFloats(-117)
            .addFloats(-123)
            .build();
    model.node("ImageScaler", "y", "x", real("scale", 1), bias);
    assertBytes(true);
  }

  @Test
  void layerAlone_tellsNothing() {
    model.node("Conv", "c", "x " + model.weights(0, 4, 3, 3, 3));
    model.node("Add", "y", "c " + model.number(100));
    assertBytes(false);
  }

  private void assertBytes(boolean expected) {
    Graph graph = new Graph(model.output("y").build());
    assertThat(LikelyRange.bytes(graph).contains("x")).isEqualTo(expected);
  }
}
