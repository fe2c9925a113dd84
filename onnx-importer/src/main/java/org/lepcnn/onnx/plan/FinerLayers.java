/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.quant.WeightProfile;
import org.lepcnn.core.quant.WeightQuantizer;

/**
 * Chooses the layers that get weights of two parts where only so much more work is allowed.
 *
 * <p>A layer of two parts costs its multiplications once more. Where it needs the larger field for
 * its tensor, which was in the smaller one, a byte more of every number of the tensor and of the
 * results of its layers comes to that, at {@value #MULTIPLICATIONS_PER_BYTE} multiplications each.
 * It rids the layer's outputs of most of the noise that int8 weights add, {@link
 * WeightProfile#coarsestNoise} of the signal, and leaves {@link WeightProfile#finestNoise}; along a
 * network such ratios about add up. So layers are taken in the order of the difference over their
 * multiplications and bytes, each that still fits what is left of the budget. Neither data nor a
 * run are needed, and the same weights always give the same choice: ties go to the model's order.
 */
public final class FinerLayers {
  /**
   * Multiplications a pass that {@link Precision#FAST} may spend: 2²⁴, some 0.1 ms of a core, far
   * less than the handling of a round's records takes. Networks of no more than that many, such as
   * those for pictures of 32×32 pixels, get fine weights throughout; SqueezeNet's work grows by 4
   * %, MobileNetV2's by 6 %, that of AlexNet, VGG16 and ResNets by less than 1 %.
   */
  public static final long FAST_BUDGET = 1L << 24;

  /**
   * What a byte that travels costs, in multiplications at the edge: by a direct connection 0.4 to
   * 0.75 ns of device and edge together, against 0.006 ns.
   */
  static final long MULTIPLICATIONS_PER_BYTE = 100;

  private final Map<String, List<OffloadedLayer>> readers = new LinkedHashMap<>();
  private final TensorFields fields;
  private final Precision coarse;
  private final Set<String> chosen = new HashSet<>();

  private FinerLayers(List<OffloadedLayer> layers, TensorFields fields, Precision coarse) {
    this.fields = fields;
    this.coarse = coarse;
    for (OffloadedLayer layer : layers) {
      readers.computeIfAbsent(layer.layer().input(), key -> new ArrayList<>()).add(layer);
    }
  }

  /**
   * The same precision with its layers named.
   *
   * @param layers a model's offloaded ones, in the model's order
   * @param batch inputs of a pass; the budget is for one of them, so that weights are the same
   */
  public static Precision resolve(
      Precision precision, List<OffloadedLayer> layers, TensorFields fields, int batch) {
    return precision.resolve(layers, fields, batch);
  }

  /**
   * The values that the chosen layers produce.
   *
   * @param layers in the model's order
   * @param fields chooses those of tensors
   * @param precision whose fields are to be
   * @param budget multiplications, at least 0; what the chosen layers cost does not exceed it
   *     together
   */
  static Set<String> choose(
      List<OffloadedLayer> layers, TensorFields fields, Precision precision, long budget) {
    return new FinerLayers(layers, fields, precision.withHigh(Set.of())).choose(layers, budget);
  }

  private Set<String> choose(List<OffloadedLayer> layers, long budget) {
    List<OffloadedLayer> candidates = new ArrayList<>(layers);
    candidates.removeIf(layer -> gain(layer) <= 0 || !mayBeFiner(layer));
    IdentityHashMap<OffloadedLayer, Double> gains = new IdentityHashMap<>();
    candidates.forEach(layer -> gains.put(layer, gain(layer) / cost(layer)));
    candidates.sort(Comparator.<OffloadedLayer>comparingDouble(gains::get).reversed());
    long left = budget;
    for (OffloadedLayer candidate : candidates) {
      long work = cost(candidate);
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

  /** Multiplications, and what more bytes come to where the tensor changes its field. */
  private long cost(OffloadedLayer layer) {
    String tensor = layer.layer().input();
    Set<String> with = new HashSet<>(chosen);
    with.add(layer.layer().output());
    boolean widens = isNarrow(tensor, chosen) && !isNarrow(tensor, with);
    return layer.layer().geometry().macs() + (widens ? moreBytes(tensor) : 0);
  }

  private boolean isNarrow(String tensor, Set<String> finer) {
    ResidueField field = fields.choose(tensor, readers.get(tensor), coarse.withHigh(finer)).field();
    return field == ResidueField.P24;
  }

  private long moreBytes(String tensor) {
    long numbers = readers.get(tensor).get(0).layer().geometry().inputSize();
    for (OffloadedLayer reader : readers.get(tensor)) {
      numbers += reader.layer().geometry().outputSize();
    }
    int more = ResidueField.P31.wireBytes() - ResidueField.P24.wireBytes();
    return MULTIPLICATIONS_PER_BYTE * more * numbers;
  }
}
