/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the application's data can influence: nothing of a value, its elements, or its very shape.
 *
 * <p>Shapes travel in the open, so a layer whose input has a data-dependent shape stays on the
 * device. The rules, for given shapes of the model's inputs:
 *
 * <ul>
 *   <li>constants are {@link Kind#FIXED}, the model's inputs {@link Kind#DATA};
 *   <li>{@code Shape} and {@code Size} of a value whose shape is fixed are FIXED;
 *   <li>the operators of {@link #DYNAMIC_OPERATORS}, control flow with bodies ({@code If}, {@code
 *       Loop}) and functions of the model give {@link Kind#DYNAMIC} shapes unless all they read is
 *       FIXED;
 *   <li>an operator that takes a shape, size, axis or count from an input of {@link #SHAPE_INPUTS}
 *       gives a DYNAMIC shape unless that input is FIXED;
 *   <li>what reads a DYNAMIC value is DYNAMIC; what reads only FIXED values is FIXED, unless it is
 *       random.
 * </ul>
 */
final class ShapeFlow {
  enum Kind {
    FIXED,
    DATA,
    DYNAMIC
  }

  /** Operators whose output shape depends on the elements of their input. */
  static final Set<String> DYNAMIC_OPERATORS =
      Set.of(
          "NonZero",
          "NonMaxSuppression",
          "Unique",
          "Compress",
          "If",
          "Loop",
          "StringSplit",
          "StringNormalizer",
          "TfIdfVectorizer",
          "SequenceAt",
          "SequenceErase",
          "SequenceInsert",
          "ConcatFromSequence",
          "Optional",
          "OptionalGetElement");

  /** First and last index of the inputs that determine the output shape. */
  private static final Map<String, int[]> SHAPE_INPUTS =
      Map.ofEntries(
          Map.entry("Reshape", new int[] {1, 1}),
          Map.entry("Expand", new int[] {1, 1}),
          Map.entry("ConstantOfShape", new int[] {0, 0}),
          Map.entry("Tile", new int[] {1, 2}),
          Map.entry("Slice", new int[] {1, 4}),
          Map.entry("Range", new int[] {0, 2}),
          Map.entry("Resize", new int[] {1, 3}),
          Map.entry("Upsample", new int[] {1, 1}),
          Map.entry("Pad", new int[] {1, 3}),
          Map.entry("OneHot", new int[] {1, 1}),
          Map.entry("TopK", new int[] {1, 1}),
          Map.entry("Squeeze", new int[] {1, 1}),
          Map.entry("Unsqueeze", new int[] {1, 1}),
          Map.entry("Split", new int[] {1, 1}),
          Map.entry("SplitToSequence", new int[] {1, 1}),
          Map.entry("CenterCropPad", new int[] {1, 1}),
          Map.entry("MaxUnpool", new int[] {2, 2}),
          Map.entry("AffineGrid", new int[] {1, 1}),
          Map.entry("Col2Im", new int[] {1, 2}),
          Map.entry("DFT", new int[] {1, 2}),
          Map.entry("STFT", new int[] {1, 3}),
          Map.entry("BlackmanWindow", new int[] {0, 0}),
          Map.entry("HannWindow", new int[] {0, 0}),
          Map.entry("HammingWindow", new int[] {0, 0}),
          Map.entry("MelWeightMatrix", new int[] {0, 4}));

  private final Map<String, Kind> kinds = new HashMap<>();

  ShapeFlow(Graph graph) {
    graph.constants().keySet().forEach(name -> kinds.put(name, Kind.FIXED));
    graph.inputNames().forEach(name -> kinds.put(name, Kind.DATA));
    for (Node node : graph.nodes()) {
      Kind kind = kindOf(graph, node);
      node.outputs().forEach(name -> kinds.put(name, kind));
    }
  }

  Kind kind(String value) {
    return kinds.getOrDefault(value, Kind.DATA);
  }

  /** Values that are the same in every pass. */
  Set<String> fixedValues() {
    return kinds.entrySet().stream()
        .filter(entry -> entry.getValue() == Kind.FIXED)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private Kind kindOf(Graph graph, Node node) {
    Kind read = Kind.FIXED;
    for (String value : node.reads()) {
      Kind kind = kind(value);
      read = kind.compareTo(read) > 0 ? kind : read;
    }
    if (read == Kind.DYNAMIC) {
      return Kind.DYNAMIC;
    }
    if (node.is("Shape") || node.is("Size")) {
      return Kind.FIXED;
    }
    if (ConstantFolding.RANDOM_OPERATORS.contains(node.op())) {
      return Kind.DATA;
    }
    if (read == Kind.FIXED && !graph.isFunctionCall(node)) {
      return Kind.FIXED;
    }
    return givesDynamicShape(graph, node) ? Kind.DYNAMIC : Kind.DATA;
  }

  private boolean givesDynamicShape(Graph graph, Node node) {
    if (graph.isFunctionCall(node)
        || (node.domain().isEmpty() && DYNAMIC_OPERATORS.contains(node.op()))) {
      return true;
    }
    boolean reduces = node.domain().isEmpty() && node.op().startsWith("Reduce");
    int[] range = reduces ? new int[] {1, 1} : SHAPE_INPUTS.get(node.op());
    if (range == null || !node.domain().isEmpty()) {
      return false;
    }
    for (int i = range[0]; i <= range[1]; i++) {
      // the fill value of Pad, between its pads and axes, has no say in the shape
      boolean fillValue = node.is("Pad") && i == 2;
      if (node.hasInput(i) && !fillValue && kind(node.input(i)) != Kind.FIXED) {
        return true;
      }
    }
    return false;
  }
}
