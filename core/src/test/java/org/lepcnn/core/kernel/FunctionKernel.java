/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import org.lepcnn.core.linear.ConvGeometry;

/**
 * A kernel of a function, for providers that go wrong or count.
 *
 * @param closing what happens when it is closed
 */
public record FunctionKernel(ConvGeometry geometry, Function function, Runnable closing)
    implements ArrayKernel {
  /** What it does with some requests. */
  public interface Function {
    void apply(int count, int[][] inputs, int[][] outputs);
  }

  @Override
  public void apply(int count, int[][] inputs, int[][] outputs) {
    function.apply(count, inputs, outputs);
  }

  @Override
  public void close() {
    closing.run();
  }
}
