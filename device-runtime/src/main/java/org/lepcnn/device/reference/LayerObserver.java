/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.reference;

/** Sees the float values around every linear layer of an integer network: private data. */
@FunctionalInterface
public interface LayerObserver {
  /**
   * A layer was computed.
   *
   * @param layer its index in the plan
   * @param input what was quantized, in the tensor's order; not to be changed or kept
   * @param output the dequantized result, bias included, in the output's order; not to be changed
   */
  void layer(int layer, float[] input, float[] output);
}
