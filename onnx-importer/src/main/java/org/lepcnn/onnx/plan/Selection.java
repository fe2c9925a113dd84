/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StayReason;
import org.lepcnn.onnx.graph.StaysOnDeviceException;
import org.lepcnn.onnx.layer.Absorber;
import org.lepcnn.onnx.layer.LinearLayer;
import org.lepcnn.onnx.layer.NormalizedInput;
import org.lepcnn.onnx.layer.Recognizer;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.ShapeFlow;
import org.lepcnn.onnx.work.Multiplications;
import org.lepcnn.onnx.work.WholeOperators;

/** Decides for every node that multiplies whether it goes to the edge. */
public final class Selection {
  private final Map<Node, OffloadedLayer> offloaded = new LinkedHashMap<>();
  private final Map<Node, StayReason> reasons = new LinkedHashMap<>();
  private final Map<Node, List<Node>> insteads = new HashMap<>();
  private final Set<Node> absorbed = new HashSet<>();
  private final Set<Node> foldedForward = new HashSet<>();
  private final NormalizedInput normalized;

  public Selection(Graph graph, InstrumentedRun run, ShapeFlow flow, OffloadPolicy policy) {
    this(graph, run, flow, policy, Map.of());
  }

  /**
   * @param staying nodes that stay on the device whatever they are, and why
   */
  Selection(
      Graph graph,
      InstrumentedRun run,
      ShapeFlow flow,
      OffloadPolicy policy,
      Map<Node, StayReason> staying) {
    Recognizer recognizer = new Recognizer(graph, run, flow);
    Absorber absorber = new Absorber(graph, run);
    List<LinearLayer> candidates = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (staying.containsKey(node)) {
        reasons.put(node, staying.get(node));
      } else if (Recognizer.multiplies(node.domain(), node.op())) {
        attempt(node, () -> candidates.add(recognizer.recognize(node)));
      } else if (Multiplications.areCounted(node)) {
        reasons.put(node, WholeOperators.reason(node));
      }
    }
    candidates.forEach(recognizer.inputs()::apply);
    normalized = new NormalizedInput(graph, candidates);
    Set<String> moved = new HashSet<>();
    List<LinearLayer> undecided = new ArrayList<>();
    for (LinearLayer layer : candidates) {
      boolean taken = attempt(layer.node(), () -> take(absorber, layer, policy, false));
      if (taken) {
        moved.add(layer.input());
      } else {
        undecided.add(layer);
      }
    }
    for (LinearLayer layer : undecided) {
      if (moved.contains(layer.input())) {
        attempt(layer.node(), () -> take(absorber, layer, policy, true));
      }
    }
    absorbed.addAll(normalized.superfluous(offloaded.keySet()));
    absorbed.addAll(unread(graph));
  }

  /** Nodes of the device whose outputs nothing reads, since layers read something else instead. */
  private List<Node> unread(Graph graph) {
    Set<String> read = new HashSet<>(graph.outputs());
    List<Node> unread = new ArrayList<>();
    for (int i = graph.nodes().size() - 1; i >= 0; i--) {
      Node node = graph.nodes().get(i);
      OffloadedLayer layer = offloaded.get(node);
      if (layer != null) {
        read.addAll(layer.layer().reads());
      } else if (!absorbed.contains(node)) {
        if (node.outputs().stream().anyMatch(read::contains)) {
          read.addAll(node.reads());
        } else {
          unread.add(node);
        }
      }
    }
    return unread;
  }

  /** The layer that a node became, or null. */
  OffloadedLayer offloaded(Node node) {
    return offloaded.get(node);
  }

  /** All layers that go to the edge. */
  public List<OffloadedLayer> layers() {
    return List.copyOf(offloaded.values());
  }

  /** Takes a layer for a node that had one. */
  void replace(Node node, OffloadedLayer layer) {
    offloaded.replace(node, layer);
  }

  /** Lets the device run other nodes for one of its own. */
  void runInstead(Node node, List<Node> others) {
    insteads.put(node, others);
  }

  /** What the device runs for a node of its own. */
  List<Node> onDevice(Node node) {
    return insteads.getOrDefault(node, List.of(node));
  }

  /** Whether another node's layer does what this node did. */
  boolean isAbsorbed(Node node) {
    return absorbed.contains(node);
  }

  /** Why a node that multiplies stays on the device; null when it does not. */
  public StayReason reason(Node node) {
    return reasons.get(node);
  }

  @FunctionalInterface
  private interface Attempt {
    void run() throws StaysOnDeviceException;
  }

  /** Tries; keeps the reason when the node stays on the device, forgets an earlier one if not. */
  private boolean attempt(Node node, Attempt attempt) {
    try {
      attempt.run();
      reasons.remove(node);
      return true;
    } catch (StaysOnDeviceException e) {
      reasons.put(node, e.reason());
      return false;
    }
  }

  private void take(
      Absorber absorber, LinearLayer layer, OffloadPolicy policy, boolean inputMovesAnyway)
      throws StaysOnDeviceException {
    if (policy instanceof OffloadPolicy.Rule) {
      OffloadRule.require(layer.geometry(), inputMovesAnyway);
    }
    if (layer.absorbed().isEmpty()) {
      normalized.fold(layer, absorbed);
      if (layer.normalization() != null) {
        foldedForward.add(layer.normalization());
      }
      absorber.absorbFollowers(layer, foldedForward);
    }
    offloaded.put(layer.node(), OffloadedLayer.prove(layer));
    absorbed.addAll(layer.absorbed());
  }
}
