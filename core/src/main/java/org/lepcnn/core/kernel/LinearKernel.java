/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.residue.ResidueSink;

/**
 * One linear layer with its weights packed: y = W·x mod p in the field of its tensor, exact, for
 * several requests at once.
 *
 * <p>Thread-safe. Every implementation gives identical residues.
 */
public interface LinearKernel extends AutoCloseable {
  /** The layer that this kernel computes. */
  ConvGeometry geometry();

  /**
   * Computes the layer for {@code count} requests.
   *
   * @param count how many requests, at least 1
   * @param inputs {@code inputs[i]} holds at least {@code geometry().inputSize()} canonical
   *     residues
   * @param outputs {@code outputs[i]} receives {@code geometry().outputSize()} canonical residues
   */
  void apply(int count, int[][] inputs, ResidueSink[] outputs);

  /** Computes the layer for {@code count} requests into arrays. */
  default void apply(int count, int[][] inputs, int[][] outputs) {
    apply(count, inputs, ResidueSink.of(outputs, count));
  }

  /** Computes the layer for one request. */
  default void apply(int[] input, int[] output) {
    apply(1, new int[][] {input}, new int[][] {output});
  }

  /** Whether it is the defining sum in Java, in whole or in part, which is slow. */
  default boolean isScalar() {
    return false;
  }

  /** Releases packed weights and native memory. */
  @Override
  void close();
}
