/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.List;

/**
 * A step of a network that can be run, differentiated and written as ONNX.
 *
 * <p>A layer remembers its last forward pass; {@link #backward} refers to that one. A layer belongs
 * to one training thread, which may have workers.
 */
interface Layer {
  /**
   * Runs the layer.
   *
   * @param training whether statistics are those of the batch (true) or the learned ones (false)
   */
  Batch forward(Batch input, boolean training);

  /**
   * Differentiates the last forward pass: sets the gradients of this layer's parameters.
   *
   * @param outputGradient the gradient of the loss by this layer's output
   * @return the gradient of the loss by this layer's input
   */
  Batch backward(Batch outputGradient);

  /** What this layer learns by gradients. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /**
   * Writes this layer.
   *
   * @param input name of the tensor it reads
   * @return name of the tensor it yields
   */
  String export(OnnxGraph graph, String input);
}
