/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

/** Permutations of axes, as of ONNX's Transpose: axis i of the result is axis {@code axes[i]}. */
final class Permutation {
  private Permutation() {}

  /** Whether the elements keep their order: axes of one element do not count. */
  static boolean isTrivial(long[] dims, int[] axes) {
    int last = -1;
    for (int axis : axes) {
      if (dims[axis] != 1) {
        if (axis < last) {
          return false;
        }
        last = axis;
      }
    }
    return true;
  }

  /** The elements of a row-major tensor in the order of the permuted one. */
  static float[] apply(float[] values, long[] dims, int[] axes) {
    if (isTrivial(dims, axes)) {
      return values;
    }
    int[] strides = new int[dims.length];
    int stride = 1;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride = Math.toIntExact(stride * dims[axis]);
    }
    float[] permuted = new float[values.length];
    int[] index = new int[axes.length];
    int from = 0;
    for (int to = 0; to < permuted.length; to++) {
      permuted[to] = values[from];
      for (int i = axes.length - 1; i >= 0; i--) {
        from += strides[axes[i]];
        if (++index[i] < dims[axes[i]]) {
          break;
        }
        from -= index[i] * strides[axes[i]];
        index[i] = 0;
      }
    }
    return permuted;
  }
}
