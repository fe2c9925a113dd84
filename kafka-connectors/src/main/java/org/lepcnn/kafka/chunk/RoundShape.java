/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import java.util.Arrays;
import java.util.stream.Stream;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.Plan;

/**
 * What one round consists of in one direction: numbered parts (tensors on the way up, layers on the
 * way down) with field and elements of each, as the plan says. Immutable.
 */
public final class RoundShape {
  private final Part[] parts;

  private record Part(int id, ResidueField field, int elements) {}

  private RoundShape(Stream<Part> parts) {
    this.parts = parts.toArray(Part[]::new);
  }

  /** That of an answer without residues. */
  public static RoundShape empty() {
    return new RoundShape(Stream.of());
  }

  /** The masked tensors of a round, in the plan's order. */
  public static RoundShape tensorsOf(Plan plan, int round) {
    return new RoundShape(
        plan.tensorsOfRound(round).stream()
            .map(tensor -> new Part(tensor.id(), tensor.field(), tensor.elements())));
  }

  /** The layer results of a round, in the plan's order. */
  public static RoundShape layersOf(Plan plan, int round) {
    return new RoundShape(
        plan.layersOfRound(round).stream()
            .map(
                layer ->
                    new Part(layer.index(), plan.field(layer), layer.geometry().outputSize())));
  }

  /** How many parts there are. */
  public int parts() {
    return parts.length;
  }

  /** The number, in the plan, of the part at a position. */
  public int id(int position) {
    return parts[position].id();
  }

  /** The field of the part at a position. */
  public ResidueField field(int position) {
    return parts[position].field();
  }

  /** The residues of the part at a position. */
  public int elements(int position) {
    return parts[position].elements();
  }

  /** The chunks of all parts. */
  public int chunks() {
    int sum = 0;
    for (Part part : parts) {
      sum += ChunkLayout.count(part.elements());
    }
    return sum;
  }

  /** The memory that the residues of all parts take, in bytes. */
  public long bytes() {
    long sum = 0;
    for (Part part : parts) {
      sum += (long) part.elements() * Integer.BYTES;
    }
    return sum;
  }

  /** The position of a part by its number in the plan; -1 when the round has none such. */
  public int positionOf(int id) {
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].id() == id) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String toString() {
    return Arrays.toString(parts);
  }
}
