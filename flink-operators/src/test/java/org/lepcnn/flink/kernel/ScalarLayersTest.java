/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.Fingerprint;

class ScalarLayersTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final KernelProvider SCALAR = new ScalarKernels();

  /** A provider whose kernels all fall back. */
  private static final KernelProvider FALLING_BACK =
      new KernelProvider() {
        @Override
        public String name() {
          return "onnxruntime";
        }

        @Override
        public LinearKernel prepare(ResidueField field, ConvGeometry geometry, byte[] weights) {
          return SCALAR.prepare(field, geometry, weights);
        }
      };

  private static void require(ConvGeometry geometry, KernelProvider provider, boolean allowed) {
    byte[] weights = new byte[geometry.weightCount()];
    try (LinearKernel kernel = provider.prepare(ResidueField.P31, geometry, weights)) {
      ScalarLayers.require(MODEL, 3, kernel, provider, allowed);
    }
  }

  private static ConvGeometry depthwise(int channels, int size, int kernel) {
    ConvAxis side = ConvAxis.of(size, size, kernel).withPadBefore(kernel / 2);
    return new ConvGeometry(1, channels, channels, channels, side, side);
  }

  @Test
  void expensiveLayerThatFellBack_isRefused_fromTheBoundOn() {
    ConvGeometry below = ConvGeometry.fullyConnected(1, 1 << 12, (1 << 10) - 1);
    ConvGeometry at = ConvGeometry.fullyConnected(1, 1 << 12, 1 << 10);
    assertThatCode(() -> require(below, FALLING_BACK, false)).doesNotThrowAnyException();
    assertThatThrownBy(() -> require(at, FALLING_BACK, false))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("layer 3")
        .hasMessageContaining("4194304")
        .hasMessageContaining("--allow-scalar");
  }

  @Test
  void whatTheOperatorChose_isNotRefused() {
    ConvGeometry at = ConvGeometry.fullyConnected(1, 1 << 12, 1 << 10);
    assertThatCode(() -> require(at, FALLING_BACK, true)).doesNotThrowAnyException();
    assertThatCode(() -> require(at, SCALAR, false)).doesNotThrowAnyException();
  }

  /** ONNX Runtime has no kernel of its own for them; the largest ones of each network. */
  @Test
  void depthwiseLayersOfMobileNetsAndEfficientNet_load() {
    for (ConvGeometry layer :
        new ConvGeometry[] {
          depthwise(32, 112, 3), depthwise(128, 56, 3), depthwise(144, 56, 3), depthwise(240, 28, 5)
        }) {
      assertThatCode(() -> require(layer, FALLING_BACK, false))
          .as("%s", layer)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void manyGroups_areNoWayAroundTheBound() {
    assertThatThrownBy(() -> require(depthwise(256, 256, 3), FALLING_BACK, false))
        .isInstanceOf(ModelRefusedException.class);
  }
}
