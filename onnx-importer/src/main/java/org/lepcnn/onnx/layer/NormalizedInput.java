/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;

/**
 * Folds a BatchNormalization into the linear layers that read it: W·(a·x + b) = (W·a)·x + W·b with
 * one a and b per input channel. The device then masks x, and does without the normalization.
 *
 * <p>Exact only where every output sees as many inputs as any other: not where the layer pads with
 * zeros, unless b = 0. All readers have to be such layers, or the device would have to send both x
 * and the normalized x.
 *
 * <p>It also changes what is rounded. The weights of one output channel share a scale, so that a's
 * that differ much would cost weights their bits; and x is quantized instead of the normalized x,
 * so that a mean far from 0 would cost activations theirs. Folded is only what costs at most two
 * bits of either, by the largest and smallest |a| ({@value #MAX_SPREAD}-fold) and by the means
 * against the deviations ({@value #MAX_OFFSET}-fold).
 */
public final class NormalizedInput {
  static final double MAX_SPREAD = 4;
  static final double MAX_OFFSET = 4;

  private final Graph graph;
  private final Map<String, Node> normalizations = new HashMap<>();
  private final Map<String, List<Node>> readers;
  private final Map<Node, LinearLayer> candidates = new HashMap<>();

  /**
   * @param layers all linear layers of the graph, whether they will be offloaded or not
   */
  public NormalizedInput(Graph graph, List<LinearLayer> layers) {
    this.graph = graph;
    this.readers = graph.readers();
    layers.forEach(layer -> candidates.put(layer.node(), layer));
    Set<String> outputs = new HashSet<>(graph.outputs());
    for (Node node : graph.nodes()) {
      boolean plain =
          node.is("BatchNormalization") && node.outputs().size() == 1 && graph.opset() >= 7;
      if (plain && !outputs.contains(node.output())) {
        normalizations.put(node.output(), node);
      }
    }
  }

  /**
   * Lets the layer read what its input's normalization reads, where that is possible.
   *
   * @param absorbed nodes that other layers do already
   */
  public void fold(LinearLayer layer, Set<Node> absorbed) {
    Node node = normalizations.get(layer.input());
    if (node == null || layer.normalization() != null || absorbed.contains(node)) {
      return;
    }
    Normalization parameters = Normalization.of(graph, node, layer.geometry().inChannels());
    if (parameters == null || !parameters.keepsBits()) {
      return;
    }
    for (Node reader : readers.get(node.output())) {
      LinearLayer other = candidates.get(reader);
      if (other == null || !other.canNormalizeInput(node.output(), parameters.shifts())) {
        return;
      }
    }
    layer.normalizeInput(node, parameters.multiply(), parameters.add());
  }

  /** The normalizations that nothing reads any more when these nodes are done by the edge. */
  public List<Node> superfluous(Set<Node> offloaded) {
    return normalizations.values().stream()
        .filter(node -> isFoldedEverywhere(node, offloaded))
        .toList();
  }

  private boolean isFoldedEverywhere(Node node, Set<Node> offloaded) {
    for (Node reader : readers.getOrDefault(node.output(), List.of())) {
      LinearLayer layer = candidates.get(reader);
      if (layer == null || !offloaded.contains(reader) || layer.normalization() != node) {
        return false;
      }
    }
    return readers.containsKey(node.output());
  }
}
