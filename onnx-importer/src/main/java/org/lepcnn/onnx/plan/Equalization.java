/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.Headroom;
import org.lepcnn.onnx.channel.ChannelClasses;
import org.lepcnn.onnx.channel.ChannelFlow;
import org.lepcnn.onnx.channel.ScaledNode;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StaysOnDeviceException;
import org.lepcnn.onnx.layer.LinearLayer;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.ShapeFlow;

/**
 * Scales channels between offloaded layers so that the weights of a layer use their bits alike.
 *
 * <p>All weights of an output channel are rounded to the same steps, those of its largest. Where a
 * layer's inputs matter unequally, with weights that are large for some and small for others, the
 * small ones get few steps. A factor m(i) on input channel i and 1/m(i) on its weights changes
 * nothing in float, and what wrote the channel takes the factor into its own weights, where it
 * costs nothing: an offloaded layer has its steps for each output channel, and what stays on the
 * device is float. This is the equalisation of Nagel, van Baalen, Blankevoort and Welling,
 * "Data-Free Quantization Through Weight Equalization and Bias Correction" (ICCV 2019), section
 * 4.1. There both sides have one step for all channels, and the ranges of both are balanced; here
 * the side that writes has its own steps, so that
 *
 * <pre>
 *   m(i) = max over all readers and their output channels o of  max|w(o,i,·)| / max|w(o,·,·)|
 * </pre>
 *
 * rounded up to a power of two, at least 2^−10: products with it are exact in float, and no weight
 * outgrows the largest of its output channel. Which channels allow it, and which share a factor,
 * {@link ChannelFlow} tells. No data are needed.
 */
public final class Equalization {
  /** The smallest factor's exponent. */
  private static final int MIN_EXPONENT = -10;

  /** A layer is not to fall below as many activation bits by this. */
  private static final int MIN_BITS = 12;

  /** The importance of a channel that no offloaded layer reads. */
  private static final double UNREAD = -1;

  private static final int[] NOTHING = {};

  private final Graph graph;
  private final InstrumentedRun run;
  private final Selection selection;
  private final ChannelFlow flow;
  private final ChannelClasses classes;
  private final Map<OffloadedLayer, int[]> readers = new LinkedHashMap<>();
  private final Map<OffloadedLayer, int[]> writers = new LinkedHashMap<>();
  private final Map<LinearLayer, float[]> importances = new HashMap<>();

  private Equalization(Graph graph, InstrumentedRun run, ShapeFlow shapes, Selection selection) {
    this.graph = graph;
    this.run = run;
    this.selection = selection;
    this.flow = new ChannelFlow(graph, run, shapes);
    this.classes = flow.classes();
  }

  /** Equalises the selected layers, proves them anew, and rewrites what lies between them. */
  public static void apply(
      Graph graph, InstrumentedRun run, ShapeFlow shapes, Selection selection) {
    Equalization equalization = new Equalization(graph, run, shapes, selection);
    equalization.walk();
    while (!equalization.attempt()) {
      // each failure pins more classes
    }
  }

  private void walk() {
    for (Node node : graph.nodes()) {
      OffloadedLayer offloaded = selection.offloaded(node);
      if (offloaded != null) {
        walk(offloaded);
      } else if (!selection.isAbsorbed(node)) {
        flow.pass(node);
      }
    }
    graph.outputs().forEach(flow::pin);
  }

  private void walk(OffloadedLayer offloaded) {
    LinearLayer layer = offloaded.layer();
    layer.before().forEach(flow::pass);
    int[] read = flow.reads(layer);
    if (read != null && offloaded.profile().exact()) {
      // integers would gain nothing from factors, and be none any more
      classes.pin(read);
    } else if (read != null) {
      readers.put(offloaded, read);
    }
    int[] written = flow.writes(layer);
    if (written != null) {
      writers.put(offloaded, written);
    }
    layer.after().forEach(flow::pass);
  }

  /** Scales everything; where a proof fails, takes it back and pins what the proof was about. */
  private boolean attempt() {
    double[] factors = factors();
    scale(factors, false);
    Map<Node, OffloadedLayer> proved = new LinkedHashMap<>();
    Map<ScaledNode, List<float[]>> constants = new LinkedHashMap<>();
    List<int[]> failed = new ArrayList<>();
    for (OffloadedLayer layer : selection.layers()) {
      int[] read = readers.getOrDefault(layer, NOTHING);
      int[] written = writers.getOrDefault(layer, NOTHING);
      if (isScaled(factors, read) || isScaled(factors, written)) {
        OffloadedLayer again = proveAgain(layer);
        if (again == null) {
          failed.add(read);
          failed.add(written);
        } else {
          proved.put(layer.layer().node(), again);
        }
      }
    }
    for (ScaledNode node : flow.scaledNodes()) {
      if (isScaled(factors, node.ids())) {
        List<float[]> scaled = node.constants(id -> factors[classes.find(id)]);
        if (scaled == null) {
          failed.add(node.ids());
        } else {
          constants.put(node, scaled);
        }
      }
    }
    if (failed.isEmpty()) {
      proved.forEach(selection::replace);
      constants.forEach(
          (node, scaled) -> selection.runInstead(node.node(), node.with(scaled, graph, run)));
      return true;
    }
    scale(factors, true);
    failed.forEach(classes::pin);
    return false;
  }

  private boolean isScaled(double[] factors, int[] ids) {
    return Arrays.stream(ids).anyMatch(id -> factors[classes.find(id)] != 1);
  }

  private static OffloadedLayer proveAgain(OffloadedLayer layer) {
    try {
      OffloadedLayer again = OffloadedLayer.prove(layer.layer());
      int least = Math.min(MIN_BITS, layer.profile().coarsestBits(Headroom.LARGEST));
      return again.profile().coarsestBits(Headroom.LARGEST) >= least ? again : null;
    } catch (StaysOnDeviceException e) {
      return null;
    }
  }

  private void scale(double[] factors, boolean back) {
    readers.forEach((layer, ids) -> layer.layer().scaleInputs(perChannel(factors, ids, !back)));
    writers.forEach((layer, ids) -> layer.layer().scaleOutputs(perChannel(factors, ids, back)));
  }

  private double[] perChannel(double[] factors, int[] ids, boolean inverse) {
    double[] values = new double[ids.length];
    for (int i = 0; i < ids.length; i++) {
      double factor = factors[classes.find(ids[i])];
      values[i] = inverse ? 1 / factor : factor;
    }
    return values;
  }

  /** A factor for every class, by its number; 1 where it is pinned or no layer gains. */
  private double[] factors() {
    double[] importance = new double[classes.count()];
    Arrays.fill(importance, UNREAD);
    readers.forEach(
        (layer, ids) -> {
          float[] ofLayer = importances.computeIfAbsent(layer.layer(), Equalization::importance);
          for (int i = 0; i < ids.length; i++) {
            int id = classes.find(ids[i]);
            importance[id] = Math.max(importance[id], ofLayer[i]);
          }
        });
    double[] factors = new double[importance.length];
    for (int id = 0; id < factors.length; id++) {
      boolean free = importance[id] != UNREAD && !classes.isPinned(id);
      factors[id] = free ? factor(importance[id]) : 1;
    }
    return factors;
  }

  /** The smallest power of two that is at least an importance, from 0 to 1. */
  private static double factor(double importance) {
    int exponent = Math.getExponent(importance);
    boolean exact = importance == Math.scalb(1.0, exponent);
    return Math.scalb(1.0, Math.max(MIN_EXPONENT, exact ? exponent : exponent + 1));
  }

  /** c(i) of a layer alone, 0 to 1. */
  private static float[] importance(LinearLayer layer) {
    ConvGeometry g = layer.geometry();
    float[] weights = layer.weights().values();
    float[] importance = new float[g.inChannels()];
    int perGroup = g.inChannels() / g.groups();
    for (int oc = 0; oc < g.outChannels(); oc++) {
      int from = oc * g.fanIn();
      int firstIn = oc / (g.outChannels() / g.groups()) * perGroup;
      float[] largest = new float[perGroup];
      float max = 0;
      for (int i = 0; i < g.fanIn(); i++) {
        int in = i / g.kernelSize();
        largest[in] = Math.max(largest[in], Math.abs(weights[from + i]));
        max = Math.max(max, largest[in]);
      }
      for (int in = 0; max > 0 && in < perGroup; in++) {
        importance[firstIn + in] = Math.max(importance[firstIn + in], largest[in] / max);
      }
    }
    return importance;
  }
}
