/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;

class SelfContainedModelTest {
  private static final RawOnnx INSIDE = RawOnnx.tensor(1).bytes(9, new byte[4]);

  @Test
  void tensorInside_passes() {
    require(RawOnnx.model(INSIDE));
    require(RawOnnx.model(RawOnnx.tensor(1).bytes(9, new byte[4]).number(14, 0)));
  }

  @Test
  void tensorOutside_isRefused_alsoByHalfOfItsMarks() {
    assertRefused(RawOnnx.model(RawOnnx.external("a", 1)), "outside the model");
    assertRefused(RawOnnx.model(RawOnnx.tensor(1).number(14, 1)), "outside the model");
    RawOnnx entry = new RawOnnx().text(1, "location").text(2, "a");
    assertRefused(RawOnnx.model(RawOnnx.tensor(1).message(13, entry)), "outside the model");
  }

  @Test
  void markThatIsWrittenStrangely_isRefused() {
    // numbers that a reader of 32 bits cuts, or takes the last of
    assertRefused(RawOnnx.model(RawOnnx.tensor(1).number(14, (1L << 32) + 1)), "outside");
    assertRefused(RawOnnx.model(RawOnnx.tensor(1).number(14, 1).number(14, 0)), "outside");
    assertRefused(RawOnnx.model(RawOnnx.tensor(1).bytes(14, new byte[] {1})), "other bytes");
    RawOnnx cutTag = RawOnnx.tensor(1).varint((1L << 32) + (14 << 3)).varint(1);
    assertRefused(RawOnnx.model(cutTag), "other bytes");
  }

  @Test
  void fieldsThatNobodyKnows_areRefused() {
    assertRefused(RawOnnx.model(INSIDE).message(99, new RawOnnx()), "field 99");
    assertRefused(RawOnnx.model(RawOnnx.tensor(1).number(77, 1)), "field 77");
  }

  @Test
  void whatIsNoModel_isRefused() {
    assertRefused(new RawOnnx().varint(3).varint(4), "other bytes"); // a group
    assertRefused(new RawOnnx().varint(0), "other bytes");
    assertRefused(new RawOnnx().number(7, 1), "other bytes"); // a graph that is a number
    assertRefused(new RawOnnx().varint(7 << 3 | 2).varint(100), "other bytes");
    assertRefused(new RawOnnx().varint(7 << 3 | 2).varint(-1), "other bytes");
    assertRefused(new RawOnnx().varint(1 << 3 | 1).varint(1), "other bytes");
  }

  @Test
  void depthWithoutEnd_isRefused() {
    RawOnnx graph = new RawOnnx();
    for (int i = 0; i < 60; i++) {
      graph = new RawOnnx().message(1, new RawOnnx().message(5, new RawOnnx().message(6, graph)));
    }
    assertRefused(new RawOnnx().message(7, graph), "depth");
  }

  @Test
  void operatorsAndSettingsThatNameFiles_areRefused() {
    RawOnnx node = new RawOnnx().text(4, "EPContext").text(7, "com.microsoft");
    assertRefused(new RawOnnx().message(7, new RawOnnx().message(1, node)), "EPContext");
    RawOnnx function = new RawOnnx().message(7, node);
    assertRefused(new RawOnnx().message(25, function), "EPContext");
    RawOnnx settings = new RawOnnx().text(1, "ort_config").text(2, "{}");
    assertRefused(RawOnnx.model(INSIDE).message(14, settings), "ort_config");
    require(RawOnnx.model(INSIDE).message(14, new RawOnnx().text(1, "author").text(2, "x")));
  }

  private static void require(RawOnnx model) {
    SelfContainedModel.require("Testing", ByteBuffer.wrap(model.toBytes()));
  }

  private static void assertRefused(RawOnnx model, String message) {
    assertThatThrownBy(() -> require(model))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }
}
