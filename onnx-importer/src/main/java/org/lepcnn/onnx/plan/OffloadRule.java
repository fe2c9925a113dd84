/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.onnx.graph.StaysOnDeviceException;

/**
 * Whether a layer's multiplications repay moving its input and output.
 *
 * <p>Every element that moves is masked or unmasked, checked, and travels as four bytes; every
 * element that comes back also takes four bytes of a decryption table. That is a handful of
 * operations on the device per element, besides the network. So a layer has to save the device at
 * least {@value #MIN_MACS_PER_ELEMENT} multiplications per element of its input and output
 * together. Examples: a 3×3 convolution of one channel to 16 has 8.5, one of 3 to 64 channels with
 * stride 2 has 23, SqueezeNet's 1×1 of 64 to 16 channels 13, a fully connected layer of 64 to 10
 * has 8.6, one of 4096 to 1000 has 800; a classifier of 256 to 2 has 2 and stays.
 *
 * <p>Depthwise convolutions (one input channel per group) save little and, unlike all others, cost
 * the edge several times what they would cost in the open: measured 3.6 times for 3×3. They have to
 * repay {@value #DEPTHWISE_FACTOR} times as much, which their 9 or 25 multiplications per output do
 * not.
 */
final class OffloadRule {
  /** Multiplications per element of input and output together, at least. */
  static final int MIN_MACS_PER_ELEMENT = 8;

  /** By how much more a depthwise layer has to repay. */
  static final int DEPTHWISE_FACTOR = 4;

  private OffloadRule() {}

  /**
   * Passes when the layer is worth offloading.
   *
   * @param inputMovesAnyway whether another offloaded layer reads the same value
   * @throws StaysOnDeviceException with the numbers when it is not
   */
  static void require(ConvGeometry g, boolean inputMovesAnyway) throws StaysOnDeviceException {
    boolean depthwise = g.groups() > 1 && g.groups() == g.inChannels();
    int threshold = depthwise ? MIN_MACS_PER_ELEMENT * DEPTHWISE_FACTOR : MIN_MACS_PER_ELEMENT;
    long moved = (inputMovesAnyway ? 0L : g.inputSize()) + g.outputSize();
    if (g.macs() < threshold * moved) {
      throw new StaysOnDeviceException(
          "not worth moving: %s multiplications for %s elements moved, fewer than %s each%s"
              .formatted(g.macs(), moved, threshold, depthwise ? " (depthwise)" : ""));
    }
  }
}
