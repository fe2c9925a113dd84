/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.kernel.limb.ChannelLastRun;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * The rows of a layer's im2col matrix, limb by limb, a tile at a time.
 *
 * <p>Rows are output positions, of all requests and images one after the other. A request is split
 * into channel-last limbs once; a row is then a handful of block copies, because the depth runs
 * over (kernel row, kernel column, channel). The rows of a 1×1 layer are the limbs themselves and
 * are split straight into the tile. For one thread.
 */
final class Im2colRows {
  /** Words that are split at a time, of one limb: a part of a second-level cache. */
  private static final int TILE_WORDS = 8192;

  private final ConvGeometry geometry;
  private final LimbWidth limbs;
  private final int channels;
  private final int depth;
  private final int plane;

  /** Splits words of four channels; null for a layer whose channels are split one by one. */
  private final @Nullable ChannelLastRun pixels;

  /** [limb][image][group][y][x][channel] */
  private final byte[] split;

  private final IntBuffer splitWords;

  /** As long as one row of the kernel. */
  private final byte[] zeros;

  private int[][] requests = TiledKernel.NO_INPUTS;
  private int splitRequest;

  Im2colRows(ConvGeometry geometry, LimbWidth limbs) {
    this.geometry = geometry;
    this.limbs = limbs;
    this.channels = channels(geometry, limbs);
    this.depth = depth(geometry, limbs);
    this.plane = geometry.inPlane();
    this.pixels =
        inWords(geometry, limbs)
            ? new ChannelLastRun(limbs.field(), geometry.inChannels(), 1, plane, TILE_WORDS)
            : null;
    this.split = new byte[isPointwise() ? 0 : Math.multiplyExact(limbs.count(), limbBytes())];
    this.zeros = new byte[channels * geometry.width().kernel()];
    this.splitWords = ByteBuffer.wrap(split).order(ByteOrder.nativeOrder()).asIntBuffer();
  }

  /** Channels of one group in a row; filled up with zeros where four make a word. */
  static int channels(ConvGeometry g, LimbWidth limbs) {
    return inWords(g, limbs)
        ? ChannelLastRun.paddedGroupChannels(g.inChannels(), 1)
        : g.inChannels() / g.groups();
  }

  /** Bytes of a row. */
  static int depth(ConvGeometry g, LimbWidth limbs) {
    return Math.multiplyExact(channels(g, limbs), g.kernelSize());
  }

  void begin(int[][] inputs) {
    requests = inputs;
    splitRequest = -1;
  }

  void end() {
    requests = TiledKernel.NO_INPUTS;
  }

  /**
   * Fills tiles with rows {@code first} to {@code first + used − 1}, of one request or several.
   *
   * @param tiles per group, {@code [limb][row][depth]}
   */
  void fill(int first, int used, ByteBuffer[] tiles) {
    int row = 0;
    while (row < used) {
      int request = (first + row) / geometry.positions();
      int position = (first + row) % geometry.positions();
      int count;
      if (pixels != null && geometry.isPointwise()) {
        count = Math.min(used - row, plane - position % plane);
        splitRows(pixels, requests[request], position, count, tiles[0], row, used);
      } else {
        if (request != splitRequest) {
          split(requests[request]);
          splitRequest = request;
        }
        count = Math.min(used - row, geometry.positions() - position);
        gather(position, count, row, used, tiles);
      }
      row += count;
    }
  }

  private static boolean inWords(ConvGeometry g, LimbWidth limbs) {
    return limbs.bits() == Byte.SIZE && g.groups() == 1;
  }

  private boolean isPointwise() {
    return pixels != null && geometry.isPointwise();
  }

  private int limbBytes() {
    return Math.multiplyExact(geometry.batch() * geometry.groups() * channels, plane);
  }

  private void splitRows(
      ChannelLastRun pixels,
      int[] input,
      int position,
      int count,
      ByteBuffer tileBuffer,
      int row,
      int usedRows) {
    IntBuffer target = tileBuffer.asIntBuffer();
    int image = position / plane * geometry.inChannels() * plane;
    for (int done = 0; done < count; done += pixels.tile()) {
      int run = Math.min(pixels.tile(), count - done);
      pixels.split(input, image + position % plane + done, plane, run);
      for (int limb = 0; limb < limbs.count(); limb++) {
        int to = (limb * usedRows + row + done) * pixels.words();
        target.put(to, pixels.pixels(limb), 0, run * pixels.words());
      }
    }
  }

  private void split(int[] input) {
    if (pixels == null) {
      splitChannels(input);
    } else {
      splitWords(pixels, input);
    }
  }

  private void splitChannels(int[] input) {
    int groupSize = channels * plane;
    for (int image = 0; image < geometry.batch() * geometry.groups(); image++) {
      int at = image * groupSize;
      limbs.split(input, at, channels, plane, split, at, geometry.inputSize());
    }
  }

  private void splitWords(ChannelLastRun pixels, int[] input) {
    int limbWords = limbBytes() / Integer.BYTES;
    for (int image = 0; image < geometry.batch(); image++) {
      for (int first = 0; first < plane; first += pixels.tile()) {
        int count = Math.min(pixels.tile(), plane - first);
        pixels.split(input, image * geometry.inChannels() * plane + first, plane, count);
        for (int limb = 0; limb < limbs.count(); limb++) {
          int to = limb * limbWords + (image * plane + first) * pixels.words();
          splitWords.put(to, pixels.pixels(limb), 0, count * pixels.words());
        }
      }
    }
  }

  /**
   * Copies im2col rows of every limb and group into the tile.
   *
   * @param position the request's first output position
   * @param count positions
   * @param row the tile's row for the first
   * @param usedRows rows of this tile
   */
  private void gather(int position, int count, int row, int usedRows, ByteBuffer[] tiles) {
    for (int group = 0; group < geometry.groups(); group++) {
      for (int limb = 0; limb < limbs.count(); limb++) {
        int to = (limb * usedRows + row) * depth;
        for (int i = 0; i < count; i++) {
          gatherRow(limb, group, position + i, tiles[group], to);
          to += depth;
        }
      }
    }
  }

  private void gatherRow(int limb, int group, int position, ByteBuffer tile, int to) {
    ConvAxis height = geometry.height();
    ConvAxis width = geometry.width();
    int image = position / geometry.planeSize();
    int row = position % geometry.planeSize() / width.out();
    int column = position % width.out();
    int base = limb * limbBytes() + (image * geometry.groups() + group) * channels * plane;
    int at = to;
    for (int u = 0; u < height.kernel(); u++) {
      int sourceRow = height.input(row, u);
      if (sourceRow < 0) {
        tile.put(at, zeros, 0, zeros.length);
      } else {
        gatherKernelRow(width, base + sourceRow * width.in() * channels, column, tile, at);
      }
      at += zeros.length;
    }
  }

  private void gatherKernelRow(ConvAxis width, int base, int column, ByteBuffer tile, int to) {
    int taps = width.kernel();
    int x = column * width.stride() - width.padBefore();
    boolean contiguous = width.dilation() == 1 && width.inputDilation() == 1;
    if (contiguous && x >= 0 && x + taps <= width.in()) {
      tile.put(to, split, base + x * channels, zeros.length);
      return;
    }
    int at = to;
    for (int v = 0; v < taps; v++) {
      int sourceColumn = width.input(column, v);
      if (sourceColumn < 0) {
        tile.put(at, zeros, 0, channels);
      } else {
        tile.put(at, split, base + sourceColumn * channels, channels);
      }
      at += channels;
    }
  }
}
