/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import org.lepcnn.core.residue.ResidueSink;

/** A kernel that computes into arrays; residues that shall lie elsewhere are copied. */
public interface ArrayKernel extends LinearKernel {
  @Override
  void apply(int count, int[][] inputs, int[][] outputs);

  @Override
  default void apply(int count, int[][] inputs, ResidueSink[] outputs) {
    int[][] residues = new int[count][geometry().outputSize()];
    apply(count, inputs, residues);
    for (int request = 0; request < count; request++) {
      outputs[request].put(0, residues[request], 0, residues[request].length);
    }
  }
}
