/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.work;

import java.util.Arrays;
import java.util.function.Function;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/**
 * The shapes that a node works on.
 *
 * @param node whose
 * @param types of values by name
 */
record Operands(Node node, Function<String, ValueType> types) {
  /** Whether everything that the node reads, and its first output, is a tensor of known shape. */
  boolean areKnown() {
    return node.proto().getInputList().stream()
            .filter(name -> !name.isEmpty())
            .allMatch(this::isTensor)
        && isTensor(node.output());
  }

  /** The dimensions of an input. */
  long[] dims(int input) {
    return types.apply(node.input(input)).dims();
  }

  /** One dimension of an input; a negative axis counts from the last. */
  long dim(int input, int axis) {
    long[] dims = dims(input);
    return dims[axis < 0 ? dims.length + axis : axis];
  }

  /** The dimensions of an output; none when it has no name. */
  long[] outputDims(int output) {
    String name = output < node.proto().getOutputCount() ? node.proto().getOutput(output) : "";
    return types.apply(name).dims();
  }

  /** The number of elements of an input. */
  long size(int input) {
    return Tensors.elements(dims(input));
  }

  /** The number of elements of an input for each index of its first axis. */
  long sizePerFirst(int input) {
    long[] dims = dims(input);
    return Tensors.elements(Arrays.copyOfRange(dims, 1, dims.length));
  }

  /** The number of elements of the first output. */
  long outputSize() {
    return Tensors.elements(types.apply(node.output()).dims());
  }

  private boolean isTensor(String value) {
    return types.apply(value).isTensor();
  }
}
