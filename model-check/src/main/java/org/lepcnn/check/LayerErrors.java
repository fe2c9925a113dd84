/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lepcnn.core.model.DeviceHalf.LayerBinding;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.reference.LayerObserver;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.plan.LayerReference;

/**
 * The error against float after every linear layer, everything before it included: for each layer
 * the largest error over the largest magnitude of its output, in the worst of all inputs.
 */
public final class LayerErrors {
  private final ModelBundle bundle;
  private final LayerReference reference;
  private final List<float[]> outputs = new ArrayList<>();
  private final List<RelativeError> worst = new ArrayList<>();

  public LayerErrors(ModelBundle bundle, LayerReference reference) {
    this.bundle = bundle;
    this.reference = reference;
    for (int i = 0; i < bundle.plan().layers().size(); i++) {
      outputs.add(null);
      worst.add(null);
    }
  }

  /** The float model whose outputs are those of the layers. */
  public FloatModel floatModel(Path onnx) {
    return new FloatModel(onnx, reference.model());
  }

  /** Takes the layers' outputs of one input. */
  public LayerObserver observer() {
    return (layer, input, output) -> outputs.set(layer, output);
  }

  /** Compares what was taken last with the outputs of {@link #floatModel}. */
  public void compare(Map<String, HostTensor> floats) {
    for (int i = 0; i < outputs.size(); i++) {
      HostTensor expected = floats.get(reference.outputs().get(binding(i).output()));
      if (expected != null && outputs.get(i) != null) {
        RelativeError error = RelativeError.of(outputs.get(i), expected.floats());
        if (worst.get(i) == null || error.value() >= worst.get(i).value()) {
          worst.set(i, error);
        }
      }
    }
  }

  /** The errors, in the order of the rounds. */
  public List<Line> lines() {
    return bundle.plan().layers().stream().map(this::line).toList();
  }

  private Line line(LinearLayerSpec layer) {
    LayerBinding binding = binding(layer.index());
    RelativeError error = worst.get(layer.index());
    return new Line(
        binding.name(),
        binding.op(),
        binding.output(),
        bits(layer),
        weightBits(layer),
        error == null ? null : error.value(),
        error == null ? null : error.maxError(),
        error == null ? null : error.maxFloat());
  }

  /** A layer's worst input; null where nothing was compared. */
  public record Line(
      String name,
      String op,
      String output,
      int bits,
      int weightBits,
      Double relativeError,
      Double maxAbsError,
      Double maxAbsFloat) {}

  /** A line per layer. */
  public static String text(List<Line> lines) {
    int width = lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
    String format = "%-" + Math.max(width, 5) + "s  %-13s %5s %11s %14s %12s%n";
    StringBuilder text = new StringBuilder("Error against float after every layer\n");
    text.append(
        String.format(
            Locale.ROOT,
            format,
            "layer",
            "operator",
            "bits",
            "weight bits",
            "relative error",
            "of"));
    for (Line line : lines) {
      text.append(
          String.format(
              Locale.ROOT,
              format,
              line.name(),
              line.op(),
              line.bits(),
              line.weightBits(),
              shown(line.relativeError()),
              shown(line.maxAbsFloat())));
    }
    return text.toString();
  }

  private static String shown(Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.3g", value);
  }

  private LayerBinding binding(int layer) {
    return bundle.device().layers().get(layer);
  }

  private int bits(LinearLayerSpec layer) {
    return bundle.device().tensors().get(layer.tensorId()).bits();
  }

  private int weightBits(LinearLayerSpec layer) {
    return bundle.edge().weights().get(layer.index()).bits();
  }
}
