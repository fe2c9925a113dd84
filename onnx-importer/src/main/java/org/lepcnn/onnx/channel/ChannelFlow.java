/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.channel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.layer.LinearLayer;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.ShapeFlow;

/**
 * Follows channels through a graph, node by node in an order in which they can run.
 *
 * <p>Every output channel of an offloaded layer begins a class. What remains unpinned in the end
 * can be scaled where it is produced and scaled back where it is read, in weights of layers and in
 * constants of the device.
 */
public final class ChannelFlow {
  private final ShapeFlow shapes;
  private final ChannelClasses classes = new ChannelClasses();
  private final ChannelValues values;
  private final HandingOn handingOn;
  private final TakingUp takingUp;
  private final List<ScaledNode> scaledNodes = new ArrayList<>();
  private final Set<Node> passed = new HashSet<>();

  public ChannelFlow(Graph graph, InstrumentedRun run, ShapeFlow shapes) {
    this.shapes = shapes;
    this.values = new ChannelValues(run, classes);
    this.handingOn = new HandingOn(graph, values, classes);
    this.takingUp = new TakingUp(graph, run, values, classes);
  }

  public ChannelClasses classes() {
    return classes;
  }

  /** The nodes passed that take up factors. */
  public List<ScaledNode> scaledNodes() {
    return scaledNodes;
  }

  /** Pins a value's channels. */
  public void pin(String value) {
    values.pin(value);
  }

  /** The classes of the channels that a layer reads, or null where all are pinned. */
  public int[] reads(LinearLayer layer) {
    ConvGeometry g = layer.geometry();
    int[] ids = values.refit(layer.input(), g.batch(), g.inChannels(), g.inPlane());
    if (ids == null) {
      values.pin(layer.input());
    }
    return ids;
  }

  /** New classes for the channels that a layer writes, or null where they have no axis. */
  public int[] writes(LinearLayer layer) {
    long[] dims = layer.outputDims();
    ConvGeometry g = layer.geometry();
    int axis = layer.channelAxis();
    if (axis == LinearLayer.NO_AXIS
        || dims[axis] != g.outChannels()
        || ChannelValues.product(dims, 0, axis) != g.batch()
        || ChannelValues.product(dims, axis + 1) != g.planeSize()) {
      return null;
    }
    int[] ids = classes.fresh(g.outChannels());
    values.put(layer.output(), new Channels(axis, ids));
    return ids;
  }

  /** Follows channels through a node of the device, or pins them. */
  public void pass(Node node) {
    if (!passed.add(node)) {
      return; // layers share what prepares their input
    }
    if (node.domain().isEmpty() && hasKnownShapes(node)) {
      ScaledNode scaled = takingUp.scaled(node);
      if (scaled != null) {
        scaledNodes.add(scaled);
        return;
      }
      Channels result = handingOn.result(node);
      if (result != null) {
        values.put(node.output(), result);
        return;
      }
    }
    node.reads().forEach(values::pin);
  }

  private boolean hasKnownShapes(Node node) {
    return !node.outputs().isEmpty()
        && !node.output().isEmpty()
        && shapes.kind(node.output()) != ShapeFlow.Kind.DYNAMIC
        && node.reads().stream().allMatch(value -> shapes.kind(value) != ShapeFlow.Kind.DYNAMIC);
  }
}
