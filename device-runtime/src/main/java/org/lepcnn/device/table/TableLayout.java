/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;

/**
 * Where everything lies in a table file, from the plan alone. Places of challenges count from the
 * end of the header, places of U from the start of the pass's section.
 */
final class TableLayout {
  private final int challengesPerLayer;
  private final int[] inputSizes;
  private final int[] outputSizes;
  private final long[] challengeOffsets;
  private final long[] challengeOrdinals;
  private final long[] layerOffsets;
  private final long[] layerOrdinals;

  TableLayout(Plan plan, int challengesPerLayer) {
    int layers = plan.layers().size();
    this.challengesPerLayer = challengesPerLayer;
    inputSizes = new int[layers];
    outputSizes = new int[layers];
    for (LinearLayerSpec layer : plan.layers()) {
      inputSizes[layer.index()] = layer.geometry().inputSize();
      outputSizes[layer.index()] = layer.geometry().outputSize();
    }
    int vectors = Math.multiplyExact(layers, challengesPerLayer);
    challengeOffsets = new long[vectors + 1];
    challengeOrdinals = new long[vectors + 1];
    for (int i = 0; i < vectors; i++) {
      int size = inputSizes[i / challengesPerLayer];
      challengeOffsets[i + 1] = challengeOffsets[i] + VectorSealer.sealedBytes(size);
      challengeOrdinals[i + 1] = challengeOrdinals[i] + VectorSealer.segments(size);
    }
    layerOffsets = new long[layers + 1];
    layerOrdinals = new long[layers + 1];
    for (int i = 0; i < layers; i++) {
      layerOffsets[i + 1] = layerOffsets[i] + VectorSealer.sealedBytes(outputSizes[i]);
      layerOrdinals[i + 1] = layerOrdinals[i] + VectorSealer.segments(outputSizes[i]);
    }
  }

  int layers() {
    return inputSizes.length;
  }

  int challengesPerLayer() {
    return challengesPerLayer;
  }

  int inputSize(int layer) {
    return inputSizes[layer];
  }

  int outputSize(int layer) {
    return outputSizes[layer];
  }

  /** Bytes of a whole file without its header. */
  long bytes(int passes) {
    return challengeOffsets[challengeOffsets.length - 1] + passes * passBytes();
  }

  long challengeOffset(int layer, int index) {
    return challengeOffsets[layer * challengesPerLayer + index];
  }

  long challengeOrdinal(int layer, int index) {
    return challengeOrdinals[layer * challengesPerLayer + index];
  }

  /**
   * @param position of the pass in the file, from 0
   */
  long layerOffset(int position, int layer) {
    return bytes(position) + layerOffsets[layer];
  }

  long layerOrdinal(int position, int layer) {
    return challengeOrdinals[challengeOrdinals.length - 1]
        + position * layerOrdinals[layers()]
        + layerOrdinals[layer];
  }

  private long passBytes() {
    return layerOffsets[layers()];
  }
}
