/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.lepcnn.core.quant.WeightProfile;
import org.lepcnn.core.quant.WeightQuantizer;

/**
 * Chooses the layers that get weights of two parts where only so much more work is allowed.
 *
 * <p>A layer of two parts costs its multiplications once more, and nothing else: traffic and tables
 * stay. It rids the layer's outputs of most of the noise that int8 weights add, {@link
 * WeightProfile#coarsestNoise} of the signal, and leaves {@link WeightProfile#finestNoise}; along a
 * network such ratios about add up. So layers are taken in the order of the difference over their
 * multiplications, each that still fits what is left of the budget. Neither data nor a run are
 * needed, and the same weights always give the same choice: ties go to the model's order.
 */
public final class FinerLayers {
  /**
   * Multiplications a pass that {@link Precision#FAST} may spend: 2²⁴, some 0.1 ms of a core, far
   * less than the handling of a round's records takes. Networks of no more than that many, such as
   * those for pictures of 32×32 pixels, get fine weights throughout; SqueezeNet's work grows by 4
   * %, MobileNetV2's by 6 %, that of AlexNet, VGG16 and ResNets by less than 1 %.
   */
  public static final long FAST_BUDGET = 1L << 24;

  private FinerLayers() {}

  /**
   * The same precision with its layers named.
   *
   * @param layers a model's offloaded ones, in the model's order
   * @param batch inputs of a pass; the budget is for one of them, so that weights are the same
   */
  public static Precision resolve(Precision precision, List<OffloadedLayer> layers, int batch) {
    return precision.resolve(layers, batch);
  }

  /**
   * The values that the chosen layers produce.
   *
   * @param layers in the model's order
   * @param budget multiplications, at least 0; those of the chosen layers do not exceed it together
   */
  public static Set<String> choose(List<OffloadedLayer> layers, long budget) {
    List<OffloadedLayer> candidates = new ArrayList<>(layers);
    candidates.removeIf(layer -> gain(layer) <= 0 || !mayBeFiner(layer));
    candidates.sort(Comparator.comparingDouble(FinerLayers::gainPerMultiplication).reversed());
    Set<String> chosen = new HashSet<>();
    long left = budget;
    for (OffloadedLayer candidate : candidates) {
      long work = candidate.layer().geometry().macs();
      if (work <= left) {
        left -= work;
        chosen.add(candidate.layer().output());
      }
    }
    return chosen;
  }

  private static boolean mayBeFiner(OffloadedLayer layer) {
    return layer.reader(Precision.HIGH).mostMagnitude() > WeightQuantizer.LIMIT;
  }

  private static double gain(OffloadedLayer layer) {
    return layer.profile().coarsestNoise() - layer.profile().finestNoise();
  }

  private static double gainPerMultiplication(OffloadedLayer layer) {
    return gain(layer) / layer.layer().geometry().macs();
  }
}
