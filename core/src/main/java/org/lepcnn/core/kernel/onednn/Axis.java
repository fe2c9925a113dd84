/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

/**
 * One spatial axis of a convolution.
 *
 * @param in input size
 * @param out output size
 * @param kernel kernel size
 * @param stride step between outputs
 * @param dilation step between taps
 * @param inputDilation step between inputs; the places between are zeros
 * @param pad zeros before the input; negative crops
 */
record Axis(int in, int out, int kernel, int stride, int dilation, int inputDilation, int pad) {
  /** Where there is one output the stride says nothing, and oneDNN's AMX code goes wrong on it. */
  Axis {
    stride = out == 1 ? 1 : stride;
  }

  /** Places from a kernel's first tap to its last, both included. */
  int extent() {
    return (kernel - 1) * dilation + 1;
  }

  /** Places that outputs {@code [0, outputs)} look at. */
  int reach(int outputs) {
    return (outputs - 1) * stride + extent();
  }

  /** Zeros after the input; negative where the last inputs are not looked at. */
  int padEnd() {
    return reach(out) - pad - in;
  }

  /** Whether oneDNN takes the axis as it is. */
  boolean isPlain() {
    return inputDilation == 1
        && pad >= 0
        && pad < extent()
        && padEnd() > -stride
        && padEnd() < extent();
  }

  /** The same outputs over an explicit canvas: zeros written out, nothing padded. */
  Axis onCanvas() {
    return new Axis(reach(out), out, kernel, stride, dilation, 1, 0);
  }

  /** Outputs {@code [first, first + count)} over exactly those inputs that they look at. */
  Axis band(int first, int count) {
    int begin = firstInput(first);
    int end = Math.min(in, first * stride - pad + reach(count));
    return new Axis(
        end - begin,
        count,
        kernel,
        stride,
        dilation,
        inputDilation,
        Math.max(0, pad - first * stride));
  }

  /** The first input that output {@code first} looks at. */
  int firstInput(int first) {
    return Math.max(0, first * stride - pad);
  }
}
