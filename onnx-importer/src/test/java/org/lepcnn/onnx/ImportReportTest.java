/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportReportTest {
  @TempDir Path folder;
  private ImportReport report;

  @BeforeEach
  void importANetWithADepthwiseLayer() {
    OnnxModels model = new OnnxModels(1).input("x", 1, 3, 8, 8);
    model.conv("x", "a", dims(16, 3, 3, 3));
    model.conv("a", "b", dims(16, 1, 3, 3), integer("group", 16));
    model.conv("b", "c", dims(16, 16, 1, 1));
    model.conv("b", "d", dims(16, 16, 1, 1));
    model.node("Add", "y", "c d");
    model.output("y");
    report =
        ImportReport.of(ModelImporter.importModel(model.write(folder), ImportOptions.defaults()));
  }

  @Test
  void totals_countEveryMultiplicationAndEveryTensorOnce() {
    long first = 36 * 16 * 27;
    long depthwise = 16 * 16 * 9;
    long pointwise = 16 * 16 * 16;

    assertThat(report.totalMacs()).isEqualTo(first + depthwise + 2 * pointwise);
    assertThat(report.offloadedMacs()).isEqualTo(first + 2 * pointwise);
    assertThat(report.bytesUp()).isEqualTo(4 * (3 * 64 + 16 * 16));
    assertThat(report.bytesDown()).isEqualTo(4 * (16 * 36 + 2 * 16 * 16));
    assertThat(report.tableBytesPerPass()).isEqualTo(report.bytesDown());
  }

  @Test
  void theTable_hasALinePerLayerAndTheTotals() {
    assertThat(report.table().lines().toList())
        .hasSize(6)
        .anySatisfy(line -> assertThat(line).contains("node_a", "16x3x3x3", "15,552", "offloaded"))
        .anySatisfy(line -> assertThat(line).contains("node_b", "on the device", "depthwise"))
        .anySatisfy(line -> assertThat(line).contains("node_d", "shared"))
        .last()
        .satisfies(line -> assertThat(line).contains("net: 2 rounds", "91.15 %", "0 of them"));
  }

  @Test
  void theHeadings_areTheseInThisOrder() {
    assertThat(report.table().lines().findFirst().orElseThrow().split(" {2,}"))
        .containsExactly(
            "layer",
            "operator",
            "shape",
            "multiplications",
            "bits",
            "field",
            "weight bits",
            "headroom",
            "round",
            "bytes up",
            "bytes down");
  }

  @Test
  void itsComponents_sayWhatTheTableShows() {
    assertThat(report.model()).isEqualTo("net");
    assertThat(report.rounds()).isEqualTo(2);
    assertThat(report.totalMacs()).isEqualTo(26_048);
    assertThat(report.offloadedMacs()).isEqualTo(23_744);
    assertThat(report.finerMacs()).isZero();
    ImportReport.Layer first = report.layers().get(0);
    assertThat(first.name() + first.op() + first.shape()).isEqualTo("node_aConv16x3x3x3");
    assertThat(first.macs()).isEqualTo(15_552);
    assertThat(report.layers())
        .anySatisfy(
            layer -> {
              assertThat(layer.offloaded()).isFalse();
              assertThat(layer.reason()).startsWith("not worth moving");
            });
  }
}
