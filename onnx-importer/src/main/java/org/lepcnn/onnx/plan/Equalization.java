/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StaysOnDeviceException;
import org.lepcnn.onnx.layer.ChannelClasses;
import org.lepcnn.onnx.layer.LinearLayer;
import org.lepcnn.onnx.run.InstrumentedRun;

/**
 * Scales channels between offloaded layers so that the weights of a layer use their bits alike.
 *
 * <p>All weights of an output channel are rounded to the same steps, those of its largest. Where a
 * layer's inputs matter unequally, with weights that are large for some and small for others, the
 * small ones get few steps. A factor m(i) on input channel i and 1/m(i) on its weights changes
 * nothing in float, and the layer before takes the factor into its own output channel, where it
 * costs nothing: steps are chosen per output channel. This is the equalisation of Nagel, van
 * Baalen, Blankevoort and Welling, "Data-Free Quantization Through Weight Equalization and Bias
 * Correction" (ICCV 2019), section 4.1. There both sides have one step for all channels, and the
 * ranges of both are balanced; here the side that writes has its own steps, so that
 *
 * <pre>
 *   m(i) = max over all readers and their output channels o of  max|w(o,i,·)| / max|w(o,·,·)|
 * </pre>
 *
 * rounded up to a power of two, at least 2^−10: products with it are exact in float, and no weight
 * outgrows the largest of its output channel. Which channels allow it, {@link ChannelClasses}
 * tells; those that a sum joins get one factor. No data are needed.
 */
public final class Equalization {
  /** The smallest factor's exponent. */
  private static final int MIN_EXPONENT = -10;

  /** A layer is not to fall below as many activation bits by this. */
  private static final int MIN_BITS = 12;

  private final Graph graph;
  private final Selection selection;
  private final ChannelClasses classes;
  private final Map<OffloadedLayer, int[]> readers = new LinkedHashMap<>();
  private final Map<OffloadedLayer, int[]> writers = new LinkedHashMap<>();
  private final Map<LinearLayer, float[]> importances = new HashMap<>();

  private Equalization(Graph graph, InstrumentedRun run, Selection selection) {
    this.graph = graph;
    this.selection = selection;
    this.classes = new ChannelClasses(graph, run);
  }

  /** Equalises the selected layers, and proves them anew. */
  public static void apply(Graph graph, InstrumentedRun run, Selection selection) {
    Equalization equalization = new Equalization(graph, run, selection);
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
        classes.pass(node);
      }
    }
    graph.outputs().forEach(classes::pin);
  }

  private void walk(OffloadedLayer offloaded) {
    LinearLayer layer = offloaded.layer();
    layer.before().forEach(classes::pass);
    int[] read = classes.reads(layer);
    if (read != null && offloaded.profile().exact()) {
      // integers would gain nothing from factors, and be none any more
      classes.pin(read);
    } else if (read != null) {
      readers.put(offloaded, read);
    }
    int[] written = classes.writes(layer);
    if (written != null) {
      writers.put(offloaded, written);
    }
    layer.after().forEach(classes::pass);
  }

  /** Scales all layers; where a proof fails, takes that back and pins what the layer reads. */
  private boolean attempt() {
    double[] factors = factors();
    scale(factors, false);
    List<OffloadedLayer> failed = new ArrayList<>();
    Map<Node, OffloadedLayer> proved = new LinkedHashMap<>();
    for (OffloadedLayer layer : selection.layers()) {
      if (isScaled(factors, readers.get(layer)) || isScaled(factors, writers.get(layer))) {
        OffloadedLayer again = proveAgain(layer);
        if (again == null) {
          failed.add(layer);
        } else {
          proved.put(layer.layer().node(), again);
        }
      }
    }
    if (failed.isEmpty()) {
      proved.forEach(selection::replace);
      return true;
    }
    scale(factors, true);
    for (OffloadedLayer layer : failed) {
      classes.pin(readers.getOrDefault(layer, new int[0]));
      classes.pin(writers.getOrDefault(layer, new int[0]));
    }
    return false;
  }

  private boolean isScaled(double[] factors, int[] ids) {
    return ids != null && Arrays.stream(ids).anyMatch(id -> factors[classes.find(id)] != 1);
  }

  private static OffloadedLayer proveAgain(OffloadedLayer layer) {
    try {
      OffloadedLayer again = OffloadedLayer.prove(layer.layer());
      int least = Math.min(MIN_BITS, layer.profile().coarsestBits());
      return again.profile().coarsestBits() >= least ? again : null;
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

  /** A factor for every class, by its number; 1 where it is pinned. */
  private double[] factors() {
    double[] importance = new double[classes.count()];
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
      factors[id] = classes.isPinned(id) ? 1 : factor(importance[id]);
    }
    return factors;
  }

  private static double factor(double importance) {
    double exponent = StrictMath.log(importance) / StrictMath.log(2);
    return Math.scalb(1.0, (int) Math.max(MIN_EXPONENT, Math.ceil(exponent)));
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
