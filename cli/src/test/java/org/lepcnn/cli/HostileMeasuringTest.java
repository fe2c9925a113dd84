/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.onnx.OnnxModels;

/** Models that an import survives until it measures on them. */
@Tag("slow")
class HostileMeasuringTest {
  @TempDir Path folder;

  /**
   * The quotient of the smallest integer and −1 is a trap of x86 processors. The input of zero that
   * tells the shapes divides 0 by 1.
   */
  @Test
  void modelThatCrashesOnRandomNumbersAlone_isRefusedInOneLine() {
    assumeThat(System.getProperty("os.arch")).isEqualTo("amd64");
    OnnxModels model = new OnnxModels(1).opset(17).input("x", 1);
    model.node("Ceil", "c", "x");
    model.node("Cast", "n", "c", OnnxModels.integer("to", DataType.INT64_VALUE));
    model.node("Mul", "dividend", "n " + model.integers(Long.MIN_VALUE));
    model.node("Mul", "twice", "n " + model.integers(2));
    model.node("Sub", "divisor", model.integers(1) + " twice");
    model.node("Div", "q", "dividend divisor");
    model.node("Cast", "f", "q", OnnxModels.integer("to", DataType.FLOAT_VALUE));
    model.node("Add", "y", "x f");
    Path onnx = model.output("y").write(folder);
    Path bundle = folder.resolve("bundle");

    Ran auto = Ran.command("import", onnx, "-o", bundle);

    assertThat(auto.text())
        .contains(
            "expected a model that ONNX Runtime can run; found in a separate process that it"
                + " crashed the process",
            "running the float model on input 1 of 4",
            "The model is damaged or hostile.");
    assertThat(auto.status()).isEqualTo(2);
    assertThat(auto.text().strip().lines()).hasSize(1);
    assertThat(bundle).doesNotExist();
    assertThat(Ran.command("import", onnx, "-o", bundle, "--precision", "fast").status()).isZero();
    assertThat(Files.exists(bundle)).isTrue();
  }
}
