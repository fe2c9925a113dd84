/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.IntBuffer;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.limb.ChannelLastRun;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * Writes planar residues as channel-last limb images, the source of a convolution: {@code
 * [limb][image][y][x][channel]} of unsigned bytes, four channels to a word.
 *
 * <p>The weights are filled up with zero channels as {@link ChannelLastRun} fills up the images.
 * For one thread.
 */
final class ChannelLastImages {

  private final int limbs;
  private final ConvGeometry geometry;
  private final ConvAxis rows;
  private final ConvAxis columns;
  private final boolean canvas;
  private final ChannelLastRun pixels;

  /**
   * Buffers for one thread.
   *
   * @param field of the residues
   * @param rows the axis that the primitive sees
   * @param columns the axis that the primitive sees
   */
  ChannelLastImages(
      ResidueField field, ConvGeometry geometry, ConvAxis rows, ConvAxis columns, boolean canvas) {
    this.limbs = field.limbs();
    this.geometry = geometry;
    this.rows = rows;
    this.columns = columns;
    this.canvas = canvas;
    this.pixels =
        new ChannelLastRun(field, geometry.inChannels(), geometry.groups(), geometry.inPlane());
  }

  /** Channels of one group after filling up. */
  static int paddedGroupChannels(ConvGeometry geometry) {
    return ChannelLastRun.paddedGroupChannels(geometry.inChannels(), geometry.groups());
  }

  /**
   * Writes one image.
   *
   * @param input planar residues, from {@code offset}
   * @param target the limb images as words
   * @param at the image's first word within limb 0
   * @param limbStride words between two limbs
   */
  void write(int[] input, int offset, IntBuffer target, int at, int limbStride) {
    int plane = geometry.inPlane();
    for (int first = 0; first < plane; first += pixels.tile()) {
      int count = Math.min(pixels.tile(), plane - first);
      pixels.split(input, offset + first, plane, count);
      for (int limb = 0; limb < limbs; limb++) {
        writeTile(pixels.pixels(limb), first, count, target, at + limb * limbStride);
      }
    }
  }

  private void writeTile(int[] tile, int first, int count, IntBuffer target, int at) {
    int words = pixels.words();
    if (!canvas) {
      target.put(at + first * words, tile, 0, count * words);
      return;
    }
    int inWidth = geometry.width().in();
    for (int i = 0; i < count; i++) {
      int y = place(geometry.height(), (first + i) / inWidth, rows.in());
      int x = place(geometry.width(), (first + i) % inWidth, columns.in());
      if (y >= 0 && x >= 0) {
        target.put(at + (y * columns.in() + x) * words, tile, i * words, words);
      }
    }
  }

  /** Where an input lies on the canvas, or −1 where no output looks at it. */
  private static int place(ConvAxis axis, int index, int size) {
    int place = index * axis.inputDilation() + axis.padBefore();
    return place < size ? Math.max(place, -1) : -1;
  }
}
