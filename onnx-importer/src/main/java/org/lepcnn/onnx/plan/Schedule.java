/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.run.InstrumentedRun;

/**
 * When everything happens, in the fewest rounds.
 *
 * <p>The level of a value is the number of offloaded layers on the longest path to it. A layer
 * travels in the round of its input's level; a node runs in the stage of the highest level among
 * its inputs. No schedule has fewer rounds, since the layers of a path cannot share one.
 *
 * <p>A value that is no tensor (a sequence, say) cannot leave a stage; its producer runs as late as
 * its reader.
 */
public final class Schedule {
  private final Map<String, Integer> levels = new HashMap<>();
  private final List<List<Node>> stages = new ArrayList<>();
  private final List<List<OffloadedLayer>> rounds = new ArrayList<>();
  private final Selection selection;

  public Schedule(Graph graph, InstrumentedRun run, Selection selection) {
    this.selection = selection;
    List<Node> deviceNodes = new ArrayList<>();
    Map<Node, Integer> stageOf = new HashMap<>();
    graph.inputNames().forEach(name -> levels.put(name, 0));
    for (Node node : graph.nodes()) {
      OffloadedLayer layer = selection.offloaded(node);
      if (layer != null) {
        // layers share what makes the integers that they read
        layer.layer().before().stream()
            .filter(each -> !levels.containsKey(each.output()))
            .forEach(each -> place(each, deviceNodes, stageOf));
        send(layer);
        layer.layer().after().forEach(each -> place(each, deviceNodes, stageOf));
      } else if (!selection.isAbsorbed(node)) {
        place(node, deviceNodes, stageOf);
      }
    }
    delayNonTensors(run, deviceNodes, stageOf);
    for (int stage = 0; stage <= rounds.size(); stage++) {
      stages.add(new ArrayList<>());
    }
    deviceNodes.forEach(node -> stages.get(stageOf.get(node)).add(node));
  }

  /** The device's nodes by stage, one stage more than rounds. */
  List<List<Node>> stages() {
    return stages;
  }

  /** The layers by round. */
  List<List<OffloadedLayer>> rounds() {
    return rounds;
  }

  private int level(String value) {
    return levels.getOrDefault(value, 0); // constants are always there
  }

  private void send(OffloadedLayer layer) {
    int round = level(layer.layer().input());
    levels.put(layer.layer().output(), round + 1);
    if (round == rounds.size()) {
      rounds.add(new ArrayList<>());
    }
    rounds.get(round).add(layer);
  }

  private void place(Node node, List<Node> deviceNodes, Map<Node, Integer> stageOf) {
    selection.onDevice(node).forEach(each -> placeItself(each, deviceNodes, stageOf));
  }

  private void placeItself(Node node, List<Node> deviceNodes, Map<Node, Integer> stageOf) {
    int stage = node.reads().stream().mapToInt(this::level).max().orElse(0);
    deviceNodes.add(node);
    stageOf.put(node, stage);
    node.outputs().forEach(output -> levels.put(output, stage));
  }

  private static void delayNonTensors(
      InstrumentedRun run, List<Node> deviceNodes, Map<Node, Integer> stageOf) {
    for (int i = deviceNodes.size() - 1; i >= 0; i--) {
      Node node = deviceNodes.get(i);
      if (node.outputs().stream().anyMatch(value -> !run.type(value).isTensor())) {
        delay(node, deviceNodes.subList(i + 1, deviceNodes.size()), run, stageOf);
      }
    }
  }

  private static void delay(
      Node node, List<Node> later, InstrumentedRun run, Map<Node, Integer> stageOf) {
    for (Node reader : later) {
      for (String value : node.outputs()) {
        if (reader.reads().contains(value) && !run.type(value).isTensor()) {
          stageOf.merge(node, stageOf.get(reader), Math::max);
        }
      }
    }
    for (Node reader : later) {
      boolean tooEarly = stageOf.get(reader) < stageOf.get(node);
      boolean reads = node.outputs().stream().anyMatch(reader.reads()::contains);
      if (tooEarly && reads) {
        throw BadInputException.about(
                "Importing the model: the value that node "
                    + node
                    + " produces is no tensor and cannot be kept between rounds")
            .found(
                "readers before and after one",
                "Import the model without offloading what lies between.");
      }
    }
  }
}
