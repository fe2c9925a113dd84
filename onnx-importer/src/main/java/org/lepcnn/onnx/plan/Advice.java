/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StayReason;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.work.InnerWork;
import org.lepcnn.onnx.work.Multiplications;

/** What whoever exports a model can do so that more of it goes to the edge: a sentence a kind. */
public final class Advice {
  private final Map<String, Layers> layers = new LinkedHashMap<>();

  private record Layers(int count, long multiplications) {
    Layers plus(Layers other) {
      return new Layers(count + other.count, multiplications + other.multiplications);
    }
  }

  private Advice() {}

  /**
   * The advice on all layers that stay on the device and for which there is one.
   *
   * @param inner the layers inside of nodes
   */
  public static List<String> of(
      Graph graph,
      InstrumentedRun run,
      Selection selection,
      Map<Node, List<InnerWork.Layer>> inner) {
    Advice advice = new Advice();
    for (Node node : graph.nodes()) {
      StayReason reason = selection.reason(node);
      if (reason != null) {
        advice.add(reason, Multiplications.of(node, run::type).orElse(0));
      }
      for (InnerWork.Layer layer : inner.getOrDefault(node, List.of())) {
        advice.add(layer.reason(), layer.multiplications().orElse(0));
      }
    }
    List<String> notes = new ArrayList<>();
    advice.layers.forEach((text, layers) -> notes.add(text(layers) + text));
    long rounded = selection.layers().stream().filter(OffloadedLayer::roundsIntegers).count();
    if (rounded > 0) {
      notes.add(
          (rounded == 1 ? "A layer reads" : rounded + " layers read")
              + " integers of more bits than its weights leave, so they are rounded. Quantize"
              + " activations to 8 bits where the model's own integers matter.");
    }
    return notes;
  }

  private void add(StayReason reason, long multiplications) {
    if (!reason.advice().isEmpty()) {
      layers.merge(reason.advice(), new Layers(1, multiplications), Layers::plus);
    }
  }

  private static String text(Layers layers) {
    return String.format(
        Locale.ROOT,
        "%s on the device that could go to the edge, of %,d multiplications. ",
        layers.count() == 1 ? "A layer stays" : layers.count() + " layers stay",
        layers.multiplications());
  }
}
