/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.lepcnn.onnx.graph.DataDependence;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;

/**
 * What the application's data can influence: nothing of a value, its elements, or its very shape.
 *
 * <p>Shapes travel in the open, so a layer whose input has a data-dependent shape stays on the
 * device. The rules, for given shapes of the model's inputs:
 *
 * <ul>
 *   <li>constants are {@link Kind#FIXED}, the model's inputs {@link Kind#DATA};
 *   <li>{@code Shape} and {@code Size} of a value whose shape is fixed are FIXED, and of one whose
 *       shape is DYNAMIC are DATA;
 *   <li>operators whose shapes or execution depend on data, by the table of {@link DataDependence},
 *       give {@link Kind#DYNAMIC} shapes unless all they read is FIXED;
 *   <li>what has its shape from a DYNAMIC value is DYNAMIC, unless it takes fixed places along the
 *       one axis that is, or states all sizes itself ({@link DynamicAxis}); what reads only FIXED
 *       values is FIXED, unless it is random.
 * </ul>
 */
public final class ShapeFlow {
  public enum Kind {
    FIXED,
    DATA,
    DYNAMIC
  }

  private final Map<String, Kind> kinds = new HashMap<>();
  private final Map<String, DynamicAxis> axes = new HashMap<>();

  public ShapeFlow(Graph graph) {
    graph.constants().keySet().forEach(name -> kinds.put(name, Kind.FIXED));
    graph.inputNames().forEach(name -> kinds.put(name, Kind.DATA));
    for (Node node : graph.nodes()) {
      Kind kind = kindOf(graph, node);
      node.outputs().forEach(name -> kinds.put(name, kind));
      if (kind == Kind.DYNAMIC) {
        axis(graph, node).ifPresent(axis -> node.outputs().forEach(name -> axes.put(name, axis)));
      }
    }
  }

  public Kind kind(String value) {
    return kinds.getOrDefault(value, Kind.DATA);
  }

  /** Values that are the same in every pass. */
  public Set<String> fixedValues() {
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
    if (read == Kind.DYNAMIC && getsShapeFromDynamic(node)) {
      return endsDynamic(graph, node) ? Kind.DATA : Kind.DYNAMIC;
    }
    if (node.is("Shape") || node.is("Size")) {
      return read == Kind.DYNAMIC ? Kind.DATA : Kind.FIXED;
    }
    if (ConstantFolding.RANDOM_OPERATORS.contains(node.op())) {
      return Kind.DATA;
    }
    if (read == Kind.FIXED && !graph.isFunctionCall(node)) {
      return Kind.FIXED;
    }
    return DataDependence.dependsOnData(graph, node, input -> kind(node.input(input)) == Kind.FIXED)
        ? Kind.DYNAMIC
        : Kind.DATA;
  }

  /** The only axis of what a node gives whose size depends on the data; empty when not known. */
  private Optional<DynamicAxis> axis(Graph graph, Node node) {
    if (node.reads().stream().noneMatch(value -> kind(value) == Kind.DYNAMIC)) {
      return DynamicAxis.from(node);
    }
    DynamicAxis read = onlyFirstIsDynamic(node) ? axes.get(node.input(0)) : null;
    return read == null ? Optional.empty() : read.behind(graph, node);
  }

  /** Whether the shape is fixed, although that of the first input is not. */
  private boolean endsDynamic(Graph graph, Node node) {
    if (!onlyFirstIsDynamic(node)) {
      return false;
    }
    DynamicAxis axis = axes.get(node.input(0));
    return (axis != null && axis.isTakenBy(node)) || DynamicAxis.isReplacedBy(graph, node);
  }

  private boolean onlyFirstIsDynamic(Node node) {
    long dynamic = node.reads().stream().filter(value -> kind(value) == Kind.DYNAMIC).count();
    return dynamic == 1 && node.inputCount() > 0 && kind(node.input(0)) == Kind.DYNAMIC;
  }

  private boolean getsShapeFromDynamic(Node node) {
    for (int i = 0; i < node.inputCount(); i++) {
      if (kind(node.input(i)) == Kind.DYNAMIC && DataDependence.handsOnShape(node, i)) {
        return true;
      }
    }
    return node.captures().stream().anyMatch(value -> kind(value) == Kind.DYNAMIC);
  }
}
