/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;

/**
 * The range that a model's pictures may well have: samples from 0 to 255, where the first operators
 * on an input subtract, divide or normalize as one does with bytes.
 */
public final class LikelyRange {
  /** The largest sample of a picture of bytes. */
  public static final float BYTE = 255;

  /** Means and deviations of samples from 0 to 1 are smaller than this. */
  private static final float MOST_OF_UNIT = 2;

  /** Factors that bring bytes near 1 are smaller than this, those for samples up to 1 larger. */
  private static final float LEAST_OF_UNIT = 1 / 8f;

  /** Operators that move samples, or change their type, and leave their values alone. */
  private static final Set<String> MOVES =
      Set.of(
          "Cast",
          "Concat",
          "Flatten",
          "Gather",
          "Identity",
          "Pad",
          "Reshape",
          "Slice",
          "Split",
          "Squeeze",
          "Transpose",
          "Unsqueeze");

  private final Map<String, TensorProto> constants;
  private final Map<String, List<Node>> readers;

  private LikelyRange(Graph graph) {
    this.readers = graph.readers();
    this.constants = new HashMap<>(graph.constants());
    for (Node node : graph.nodes()) {
      if (node.is("Constant") && node.tensor("value") != null) {
        constants.put(node.output(), node.tensor("value"));
      }
    }
  }

  /** The inputs that seem to want samples from 0 to {@link #BYTE}. */
  public static Set<String> bytes(Graph graph) {
    LikelyRange range = new LikelyRange(graph);
    Set<String> bytes = new HashSet<>(graph.inputNames());
    bytes.removeIf(input -> !range.isOfBytes(input));
    return bytes;
  }

  private boolean isOfBytes(String input) {
    Deque<String> values = new ArrayDeque<>(List.of(input));
    Set<String> seen = new HashSet<>(values);
    while (!values.isEmpty()) {
      String value = values.remove();
      for (Node node : readers.getOrDefault(value, List.of())) {
        if (tells(node, value)) {
          return true;
        }
        if (MOVES.contains(node.op())) {
          node.outputs().stream().filter(seen::add).forEach(values::add);
        }
      }
    }
    return false;
  }

  private boolean tells(Node node, String value) {
    String other = node.input(node.input(0).equals(value) ? 1 : 0);
    return switch (node.op()) {
      case "Add", "Sub" -> largest(other) > MOST_OF_UNIT;
      case "Div" -> node.input(0).equals(value) && largest(other) > 1 / LEAST_OF_UNIT;
      case "Mul" -> isSmall(largest(other));
      case "BatchNormalization" -> largest(node.input(3)) > MOST_OF_UNIT;
      case "ImageScaler", "Affine" -> tellsByAttributes(node);
      default -> false;
    };
  }

  private static boolean tellsByAttributes(Node node) {
    float addend = Math.abs(node.real("beta", 0));
    for (float number : node.reals("bias")) {
      addend = Math.max(addend, Math.abs(number));
    }
    return addend > MOST_OF_UNIT || isSmall(node.real("scale", node.real("alpha", 1)));
  }

  private static boolean isSmall(float factor) {
    return factor > 0 && factor < LEAST_OF_UNIT;
  }

  /** The largest magnitude of a constant; 0 where it is none of floats. */
  private float largest(String value) {
    TensorProto constant = constants.get(value);
    float largest = 0;
    if (constant != null && Tensors.isFloat(constant)) {
      for (float number : Tensors.floats(constant)) {
        largest = Math.max(largest, Math.abs(number));
      }
    }
    return largest;
  }
}
