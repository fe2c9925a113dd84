/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.IntBuffer;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.kernel.limb.ChannelWords;
import org.lepcnn.core.kernel.limb.LimbLoops;

/**
 * The layout in which a product wants a right-hand matrix {@code [limb][channel][position]}, as
 * processors with AMX or VNNI take it: blocks of positions, in each of them blocks of channels, in
 * these words of four channels, one word for every position of the block.
 *
 * <p>Such a matrix can be written from planar residues without a transposition, because a word of
 * four channels is what the limb split yields.
 *
 * @param positions of a block
 * @param blockWords words from a block of positions to the next
 * @param limbWords words from a limb to the next
 */
record PackedColumns(int positions, int blockWords, int limbWords) {
  private static final int DIMENSIONS = 3;
  private static final int WORD = Integer.BYTES;

  /** The description's layout, or null where it is another one. */
  static @Nullable PackedColumns of(dnnl_memory_desc description, int limbs, int channels) {
    long[] blocks = longs(description, dnnl.dnnl_query_inner_blks, innerBlocks(description));
    long[] dimensions = longs(description, dnnl.dnnl_query_inner_idxs, blocks.length);
    if (blocks.length != DIMENSIONS
        || dimensions[0] != 1
        || dimensions[1] != 2
        || dimensions[2] != 1
        || blocks[2] != WORD) {
      return null;
    }
    long channelBlock = blocks[0] * WORD;
    long padded = (channels + channelBlock - 1) / channelBlock * channelBlock;
    long[] strides = longs(description, dnnl.dnnl_query_strides, DIMENSIONS);
    boolean dense =
        strides[1] == channelBlock * blocks[1]
            && strides[2] == padded * blocks[1]
            // more memory than that holds sums that only oneDNN's own packing writes
            && dnnl.dnnl_memory_desc_get_size(description) == limbs * strides[0];
    return dense
        ? new PackedColumns(
            (int) blocks[1], (int) (strides[2] / WORD), Math.toIntExact(strides[0] / WORD))
        : null;
  }

  /**
   * Writes the limbs of some positions of one image.
   *
   * @param input planar residues
   * @param offset the first position of channel 0
   * @param plane residues of one channel
   * @param channels how many
   * @param count positions
   * @param split buffers for {@link LimbLoops#PASS} words, signed
   */
  void write(
      int[] input,
      int offset,
      int plane,
      int channels,
      int count,
      ChannelWords split,
      IntBuffer target) {
    int rowsPerBlock = (channels + WORD - 1) / WORD;
    int rows = (count + positions - 1) / positions * rowsPerBlock;
    int step = LimbLoops.PASS / positions;
    for (int row = 0; row < rows; row += step) {
      int taken = Math.min(step, rows - row);
      for (int i = 0; i < taken; i++) {
        int first = (row + i) / rowsPerBlock * positions;
        int channel = (row + i) % rowsPerBlock * WORD;
        int length = Math.min(positions, count - first);
        for (int k = 0; k < WORD; k++) {
          if (channel + k < channels) {
            int from = offset + (channel + k) * plane + first;
            split.take(k, input, from, i * positions, length);
          } else {
            split.takeZeros(k, i * positions, positions);
          }
        }
      }
      split.split(taken * positions);
      for (int limb = 0; limb < split.limbs(); limb++) {
        put(split.limb(limb), row, taken, rowsPerBlock, target, limb * limbWords);
      }
    }
  }

  /**
   * Copies words of one limb, one row of the matrix's words after the other.
   *
   * @param words the rows
   * @param starts where in {@code words} the first position of every row is
   * @param from what is added to every start
   * @param count positions
   * @param block a buffer of {@link #positions} words for every row
   */
  void copy(
      int[] words, int[] starts, int from, int count, int limb, int[] block, IntBuffer target) {
    for (int first = 0; first < count; first += positions) {
      int length = Math.min(positions, count - first);
      for (int row = 0; row < starts.length; row++) {
        System.arraycopy(words, starts[row] + from + first, block, row * positions, length);
      }
      int to = limb * limbWords + first / positions * blockWords;
      target.put(to, block, 0, starts.length * positions);
    }
  }

  private void put(int[] words, int row, int rows, int rowsPerBlock, IntBuffer target, int to) {
    int done = 0;
    while (done < rows) {
      int inBlock = (row + done) % rowsPerBlock;
      int count = Math.min(rows - done, rowsPerBlock - inBlock);
      int at = to + (row + done) / rowsPerBlock * blockWords + inBlock * positions;
      target.put(at, words, done * positions, count * positions);
      done += count;
    }
  }

  private static int innerBlocks(dnnl_memory_desc description) {
    try (IntPointer count = new IntPointer(1)) {
      OneDnn.check(
          dnnl.dnnl_memory_desc_query(description, dnnl.dnnl_query_inner_nblks_s32, count),
          "memory_desc_query");
      return count.get(0);
    }
  }

  private static long[] longs(dnnl_memory_desc description, int query, int length) {
    long[] values = new long[length];
    if (length > 0) {
      try (PointerPointer<LongPointer> pointer = new PointerPointer<>(1)) {
        OneDnn.check(dnnl.dnnl_memory_desc_query(description, query, pointer), "memory_desc_query");
        pointer.get(LongPointer.class).capacity(length).get(values);
      }
    }
    return values;
  }
}
