/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.limb.ChannelWords;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * The signed limbs of an image with zeros around it, {@code [limb][word][y][x]}: four channels are
 * the bytes of a word. For one thread.
 */
final class PaddedWordPlanes {
  private static final int WORD = Integer.BYTES;

  private final ConvGeometry geometry;
  private final int width;
  private final int rows;
  private final int columns;
  private final int words;
  private final int canvas;
  private final int rowsPerPass;
  private final ChannelWords split;
  private final int[][] limbs;

  /**
   * An empty canvas.
   *
   * @param field of the residues
   * @param geometry of a layer whose padding is not negative
   * @param height of the canvas; inputs beyond it are dropped
   * @param width of the canvas; inputs beyond it are dropped
   */
  PaddedWordPlanes(ResidueField field, ConvGeometry geometry, int height, int width) {
    this.geometry = geometry;
    this.width = width;
    this.rows =
        Math.max(0, Math.min(geometry.height().in(), height - geometry.height().padBefore()));
    this.columns =
        Math.max(0, Math.min(geometry.width().in(), width - geometry.width().padBefore()));
    this.words = (geometry.inChannels() + WORD - 1) / WORD;
    this.canvas = height * width;
    this.rowsPerPass = Math.max(1, LimbLoops.PASS / Math.max(1, columns));
    this.split = new ChannelWords(field, rowsPerPass * columns, true);
    this.limbs = new int[field.limbs()][words * canvas];
  }

  /** Words of a row. */
  int width() {
    return width;
  }

  /** All words of one limb. */
  int[] limb(int index) {
    return limbs[index];
  }

  /** Writes an image of planar residues. */
  void write(int[] input, int offset) {
    for (int word = 0; word < words; word++) {
      for (int row = 0; row < rows; row += rowsPerPass) {
        write(input, offset, word, row, Math.min(rowsPerPass, rows - row));
      }
    }
  }

  private void write(int[] input, int offset, int word, int row, int count) {
    for (int k = 0; k < WORD; k++) {
      take(input, offset, word * WORD + k, k, row, count);
    }
    split.split(count * columns);
    int to =
        word * canvas
            + (geometry.height().padBefore() + row) * width
            + geometry.width().padBefore();
    for (int limb = 0; limb < limbs.length; limb++) {
      for (int i = 0; i < count; i++) {
        System.arraycopy(split.limb(limb), i * columns, limbs[limb], to + i * width, columns);
      }
    }
  }

  private void take(int[] input, int offset, int channel, int place, int row, int count) {
    if (channel >= geometry.inChannels()) {
      split.takeZeros(place, 0, count * columns);
      return;
    }
    int inWidth = geometry.width().in();
    int from = offset + (channel * geometry.height().in() + row) * inWidth;
    if (columns == inWidth) {
      split.take(place, input, from, 0, count * columns);
      return;
    }
    for (int i = 0; i < count; i++) {
      split.take(place, input, from + i * inWidth, i * columns, columns);
    }
  }
}
