/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.core.quant.BitBalance;
import org.lepcnn.core.quant.Headroom;
import org.lepcnn.core.quant.WeightQuantizer;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.layer.Grid;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.NeverNegative;

/**
 * In which field each masked tensor is, and to which integers it is rounded.
 *
 * <p>A tensor is in p = 2²⁴ − 3, three bytes a number, where the weights of every layer that reads
 * it, as fine as they are wanted, leave it {@value Headroom#MIN_BITS} bits: 127 steps to either
 * side, or 255 where the model's operators prove that it is never negative. That is all that 8-bit
 * weights can use. In p = 2³¹ − 1 remains what would lose by it:
 *
 * <ul>
 *   <li>tensors whose layers sum up too much, and those of layers with finer weights,
 *   <li>what is to be as fine as it can be ({@link Precision#HIGH}), but for integers that fit,
 *   <li>integers that need more bits,
 *   <li>tensors that layers of whole numbers read: these may be integers of any size.
 * </ul>
 *
 * <p>Tensors in p = 2³¹ − 1 are taken to have either sign. They have bits enough, and a model all
 * of whose tensors are in it has the bundle that it had before there was another field.
 */
public final class TensorFields {
  private final Predicate<String> neverNegative;
  private final IdentityHashMap<OffloadedLayer, Boolean> wholeNumbers = new IdentityHashMap<>();

  /**
   * @param neverNegative whether a value has no number below 0
   */
  TensorFields(Predicate<String> neverNegative) {
    this.neverNegative = neverNegative;
  }

  /** Fields of the tensors that the rounds of a schedule carry. */
  public static TensorFields of(Graph graph, InstrumentedRun run, Schedule schedule) {
    NeverNegative values = new NeverNegative(graph, run);
    schedule.stages().forEach(values::follow);
    return new TensorFields(values::holds);
  }

  /**
   * What was chosen for a tensor.
   *
   * @param headroom its field, and whether it may be negative
   * @param bits of its activations
   */
  record Choice(Headroom headroom, int bits) {
    ResidueField field() {
      return headroom.field();
    }

    ActivationRange range() {
      return headroom.range(bits);
    }
  }

  /**
   * Chooses for a tensor.
   *
   * @param value what it holds
   * @param readers all layers that read it
   */
  Choice choose(String value, List<OffloadedLayer> readers, Precision precision) {
    Headroom headroom = headroom(value, readers, precision);
    return new Choice(headroom, bits(readers, headroom, precision));
  }

  private Headroom headroom(String value, List<OffloadedLayer> readers, Precision precision) {
    Headroom narrow = new Headroom(ResidueField.P24, !neverNegative.test(value));
    return precision.mayBeNarrow(value) && fits(readers, narrow, precision)
        ? narrow
        : Headroom.LARGEST;
  }

  /** The fields of all tensors that some layers read, by the value that a tensor holds. */
  Map<String, ResidueField> ofAll(List<OffloadedLayer> layers, Precision precision) {
    Map<String, List<OffloadedLayer>> readers = new HashMap<>();
    for (OffloadedLayer layer : layers) {
      readers.computeIfAbsent(layer.layer().input(), value -> new ArrayList<>()).add(layer);
    }
    Map<String, ResidueField> fields = new HashMap<>();
    readers.forEach((value, all) -> fields.put(value, headroom(value, all, precision).field()));
    return fields;
  }

  private boolean fits(List<OffloadedLayer> readers, Headroom narrow, Precision precision) {
    int most = Integer.MAX_VALUE;
    for (OffloadedLayer reader : readers) {
      int limit = reader.reader(precision).mostMagnitude();
      boolean coarsest = limit == WeightQuantizer.LIMIT;
      int bits =
          coarsest ? reader.profile().coarsestBits(narrow) : reader.profile().bitsAt(limit, narrow);
      most = Math.min(most, bits);
    }
    Grid grid = readers.get(0).layer().inputGrid();
    return grid == null
        ? !precision.isFinest()
            && most >= Headroom.MIN_BITS
            && readers.stream().noneMatch(this::isOfWholeNumbers)
        : most >= narrow.bitsFor(grid.limit());
  }

  private boolean isOfWholeNumbers(OffloadedLayer reader) {
    return reader.profile().exact()
        && wholeNumbers.computeIfAbsent(reader, each -> each.layer().isOfWholeNumbers());
  }

  /** What the tensor's integers need, where it holds integers; what balances the errors if not. */
  private static int bits(List<OffloadedLayer> readers, Headroom headroom, Precision precision) {
    int most =
        readers.stream()
            .mapToInt(each -> each.profile().coarsestBits(headroom))
            .min()
            .orElseThrow();
    Grid grid = readers.get(0).layer().inputGrid();
    int needed = grid == null ? Integer.MAX_VALUE : headroom.bitsFor(grid.limit());
    return needed <= most
        ? needed
        : BitBalance.bits(readers.stream().map(each -> each.reader(precision)).toList(), headroom);
  }
}
