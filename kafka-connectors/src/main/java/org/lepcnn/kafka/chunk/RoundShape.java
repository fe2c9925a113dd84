/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;

/**
 * What one round consists of in one direction: numbered parts (tensors on the way up, layers on the
 * way down) with the elements of each, as the plan says. Immutable.
 */
public final class RoundShape {
  private final int[] ids;
  private final int[] elements;

  private RoundShape(int[] ids, int[] elements) {
    this.ids = ids;
    this.elements = elements;
  }

  /** That of an answer without residues. */
  public static RoundShape empty() {
    return new RoundShape(new int[0], new int[0]);
  }

  /** The masked tensors of a round, in the plan's order. */
  public static RoundShape tensorsOf(Plan plan, int round) {
    List<MaskedTensorSpec> tensors = plan.tensorsOfRound(round);
    return new RoundShape(
        tensors.stream().mapToInt(MaskedTensorSpec::id).toArray(),
        tensors.stream().mapToInt(MaskedTensorSpec::elements).toArray());
  }

  /** The layer results of a round, in the plan's order. */
  public static RoundShape layersOf(Plan plan, int round) {
    List<LinearLayerSpec> layers = plan.layersOfRound(round);
    return new RoundShape(
        layers.stream().mapToInt(LinearLayerSpec::index).toArray(),
        layers.stream().mapToInt(layer -> layer.geometry().outputSize()).toArray());
  }

  /** How many parts there are. */
  public int parts() {
    return ids.length;
  }

  /** The number, in the plan, of the part at a position. */
  public int id(int position) {
    return ids[position];
  }

  /** The residues of the part at a position. */
  public int elements(int position) {
    return elements[position];
  }

  /** The chunks of all parts. */
  public int chunks() {
    int sum = 0;
    for (int count : elements) {
      sum += ChunkLayout.count(count);
    }
    return sum;
  }

  /** The residues of all parts, in bytes. */
  public long bytes() {
    long sum = 0;
    for (int count : elements) {
      sum += (long) count * Integer.BYTES;
    }
    return sum;
  }

  /** The position of a part by its number in the plan; -1 when the round has none such. */
  public int positionOf(int id) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == id) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String toString() {
    return "parts " + Arrays.toString(ids) + " of " + Arrays.toString(elements) + " elements";
  }
}
