/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.limb.ChannelWords;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * Signed limbs as planes of bytes, four neighbouring positions to a word: of an image with zeros
 * around it, {@code [limb][channel][y][x]}, or of a run of positions. For one thread.
 */
final class PaddedBytePlanes {
  private static final int WORD = Integer.BYTES;

  private final int limbs;
  private final ConvGeometry geometry;
  private final int width;
  private final int plane;
  private final int rows;
  private final int columns;
  private final byte[] planes;
  private final ChannelWords split;
  private final int[] residues = new int[WORD * LimbLoops.PASS];
  private final byte[] bytes = new byte[WORD * LimbLoops.PASS];
  private final IntBuffer words =
      ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asIntBuffer();

  /**
   * Empty planes.
   *
   * @param field of the residues
   * @param geometry of a layer whose padding is not negative
   * @param height of a plane; inputs beyond it are dropped
   * @param width of a plane; inputs beyond it are dropped
   * @param images whether {@link #write} is used
   */
  PaddedBytePlanes(
      ResidueField field, ConvGeometry geometry, int height, int width, boolean images) {
    this.limbs = field.limbs();
    this.split = new ChannelWords(field, LimbLoops.PASS, true);
    this.geometry = geometry;
    this.width = width;
    this.plane = height * width;
    this.rows =
        Math.max(0, Math.min(geometry.height().in(), height - geometry.height().padBefore()));
    this.columns =
        Math.max(0, Math.min(geometry.width().in(), width - geometry.width().padBefore()));
    this.planes = new byte[images ? Math.multiplyExact(limbs * geometry.inChannels(), plane) : 0];
  }

  /** All planes, one limb after the other. */
  byte[] bytes() {
    return planes;
  }

  /** Bytes from one limb to the next. */
  int limbStride() {
    return geometry.inChannels() * plane;
  }

  /** Writes an image of planar residues. */
  void write(int[] input, int offset) {
    int inPlane = geometry.inPlane();
    int rowsPerPass = Math.max(1, residues.length / Math.max(1, columns));
    for (int channel = 0; channel < geometry.inChannels(); channel++) {
      for (int row = 0; row < rows; row += rowsPerPass) {
        int from = offset + channel * inPlane + row * geometry.width().in();
        int to =
            channel * plane
                + (geometry.height().padBefore() + row) * width
                + geometry.width().padBefore();
        int count = Math.min(rowsPerPass, rows - row);
        for (int column = 0; column < columns; column += residues.length) {
          int length = Math.min(residues.length, columns - column);
          writeRows(input, from + column, to + column, count, length);
        }
      }
    }
  }

  /**
   * Splits a run of positions of every channel: {@code [limb][channel][position]}.
   *
   * @param from the first position of channel 0
   * @param inPlane residues of one channel
   * @param count positions
   * @param row bytes from one channel to the next, a multiple of four and at most a pass
   */
  void split(int[] input, int from, int inPlane, int count, int row, IntBuffer target) {
    int channels = geometry.inChannels();
    int step = residues.length / row;
    for (int channel = 0; channel < channels; channel += step) {
      int taken = Math.min(step, channels - channel);
      for (int i = 0; i < taken; i++) {
        System.arraycopy(input, from + (channel + i) * inPlane, residues, i * row, count);
      }
      int length = taken * row / WORD;
      split(length);
      for (int limb = 0; limb < limbs; limb++) {
        target.put((limb * channels + channel) * row / WORD, split.limb(limb), 0, length);
      }
    }
  }

  private void writeRows(int[] input, int from, int to, int count, int length) {
    for (int i = 0; i < count; i++) {
      System.arraycopy(input, from + i * geometry.width().in(), residues, i * length, length);
    }
    int taken = (count * length + WORD - 1) / WORD;
    split(taken);
    for (int limb = 0; limb < limbs; limb++) {
      words.put(0, split.limb(limb), 0, taken);
      int target = limb * limbStride() + to;
      for (int i = 0; i < count; i++) {
        System.arraycopy(bytes, i * length, planes, target + i * width, length);
      }
    }
  }

  private void split(int length) {
    split.takeNeighbours(residues, length);
    split.split(length);
  }
}
