/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.vector.Words24;

/**
 * Where everything lies in a table file, from the plan and the version alone. Places of challenges
 * count from the end of the header, places of U from the start of the pass's section.
 */
final class TableLayout {
  private final Plan plan;
  private final boolean hasSides;

  /** Where a layer's challenges begin among all of them. */
  private final int[] firstChallenges;

  private final long[] challengeOffsets;
  private final long[] challengeOrdinals;
  private final long[] layerOffsets;
  private final long[] layerOrdinals;

  /** Of a file of the version that is written. */
  TableLayout(Plan plan, int challengesPerLayer) {
    this(TableHeader.VERSION, plan, challengesPerLayer);
  }

  /**
   * @param version of the format
   * @param challengesPerLayer of layers modulo 2³¹ − 1
   */
  TableLayout(int version, Plan plan, int challengesPerLayer) {
    this.plan = plan;
    this.hasSides = TableHeader.hasSides(version);
    int layers = plan.layers().size();
    firstChallenges = new int[layers + 1];
    for (LinearLayerSpec layer : plan.layers()) {
      int count = GroupChallenges.ofLayer(plan, layer, challengesPerLayer);
      firstChallenges[layer.index() + 1] = firstChallenges[layer.index()] + count;
    }
    challengeOffsets = new long[firstChallenges[layers] + 1];
    challengeOrdinals = new long[firstChallenges[layers] + 1];
    layerOffsets = new long[layers + 1];
    layerOrdinals = new long[layers + 1];
    if (hasSides) {
      layerOffsets[0] = VectorSealer.sealedBytes(firstChallenges[layers]);
      layerOrdinals[0] = VectorSealer.segments(firstChallenges[layers]);
    }
    for (int i = 0; i < layers; i++) {
      for (int vector = firstChallenges[i]; vector < firstChallenges[i + 1]; vector++) {
        place(sealedSize(i, inputSize(i)), vector, challengeOffsets, challengeOrdinals);
      }
      if (hasSides) {
        layerOffsets[i + 1] = layerOffsets[i] + FactorStream.bytes(field(i), outputSize(i));
        layerOrdinals[i + 1] = layerOrdinals[i];
      } else {
        place(sealedSize(i, outputSize(i)), i, layerOffsets, layerOrdinals);
      }
    }
  }

  private static void place(int size, int vector, long[] offsets, long[] ordinals) {
    offsets[vector + 1] = offsets[vector] + VectorSealer.sealedBytes(size);
    ordinals[vector + 1] = ordinals[vector] + VectorSealer.segments(size);
  }

  int layers() {
    return plan.layers().size();
  }

  /** Whether sections begin with sides, and their factors have no tags. */
  boolean hasSides() {
    return hasSides;
  }

  /** How many challenges all layers have together, and sides a section. */
  int challenges() {
    return firstChallenges[layers()];
  }

  /** How many challenges a layer has. */
  int challenges(int layer) {
    return firstChallenges[layer + 1] - firstChallenges[layer];
  }

  int inputSize(int layer) {
    return plan.layer(layer).geometry().inputSize();
  }

  int outputSize(int layer) {
    return plan.layer(layer).geometry().outputSize();
  }

  ResidueField field(int layer) {
    return plan.field(plan.layer(layer));
  }

  /** Whether a layer's vectors are packed, four residues in three int32. */
  boolean isPacked(int layer) {
    return field(layer) == ResidueField.P24;
  }

  /** How many int32 are sealed for so many residues of a layer. */
  int sealedSize(int layer, int residues) {
    return isPacked(layer) ? Words24.packedSize(residues) : residues;
  }

  /** Bytes of a whole file without its header. */
  long bytes(int passes) {
    return challengeOffsets[challengeOffsets.length - 1] + passes * passBytes();
  }

  long challengeOffset(int layer, int index) {
    return challengeOffsets[firstChallenges[layer] + index];
  }

  long challengeOrdinal(int layer, int index) {
    return challengeOrdinals[firstChallenges[layer] + index];
  }

  /**
   * @param position of the pass in the file, from 0
   */
  long sectionOffset(int position) {
    return bytes(position);
  }

  /** Of the first segment of a pass's section. */
  long sectionOrdinal(int position) {
    return challengeOrdinals[challengeOrdinals.length - 1] + position * layerOrdinals[layers()];
  }

  /**
   * @param position of the pass in the file, from 0
   */
  long layerOffset(int position, int layer) {
    return bytes(position) + layerOffsets[layer];
  }

  long layerOrdinal(int position, int layer) {
    return sectionOrdinal(position) + layerOrdinals[layer];
  }

  private long passBytes() {
    return layerOffsets[layers()];
  }
}
