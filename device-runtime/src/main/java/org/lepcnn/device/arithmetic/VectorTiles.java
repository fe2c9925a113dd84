/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.vector.VectorLoops;

/**
 * {@link TileArithmetic} on {@link VectorLoops}: activations cross over by one copy of a tile,
 * since the Vector API of JDK 17 and that of later ones have no common way to native memory;
 * everything else is read and written where it is.
 */
final class VectorTiles implements TileArithmetic {
  private static final int TILE = WORDS;
  private static final int MAGNITUDE = 0x7fff_ffff;

  private final float[] floats = new float[TILE];
  private final byte[] words = new byte[WORDS * Integer.BYTES];

  /** A last piece of a tensor that fills no vector is padded here. */
  private final int[] rest = new int[VectorLoops.LANES];

  @Override
  public float scale(FloatBuffer x, int length, ActivationRange range) {
    int largest = 0;
    boolean negative = false;
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      x.get(from, floats, 0, count);
      largest = VectorLoops.largestMagnitude(floats, count, largest);
      for (int i = VectorLoops.whole(count); i < count; i++) {
        largest = Math.max(largest, Float.floatToRawIntBits(floats[i]) & MAGNITUDE);
      }
      negative |= !range.signed() && anyNegative(count);
    }
    return TileArithmetic.scaleOf(largest, negative, range);
  }

  private boolean anyNegative(int count) {
    boolean negative = VectorLoops.anyNegative(floats, count);
    for (int i = VectorLoops.whole(count); i < count; i++) {
      negative |= floats[i] < 0;
    }
    return negative;
  }

  @Override
  public boolean mask(
      FloatBuffer x,
      float[] scales,
      ResidueField field,
      MaskSource masks,
      int[] masked,
      int length) {
    RowScales rows = new RowScales(scales, length);
    boolean rejected = false;
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      x.get(from, floats, 0, count);
      float inverse = rows.inverse(floats, from, count);
      masks.nextWords(words, count);
      rejected |= add(field, inverse, masked, from, count);
      if (VectorLoops.whole(count) < count) {
        rejected |= maskRest(field, inverse, masked, from, count);
      }
    }
    return rejected;
  }

  private boolean add(ResidueField field, float inverse, int[] masked, int to, int count) {
    return switch (field) {
      case P31 -> VectorLoops.mask31(floats, inverse, words, masked, to, count);
      case P24 -> VectorLoops.mask24(floats, inverse, words, masked, to, count);
    };
  }

  /** The last elements of a tensor, less than a vector. */
  private boolean maskRest(ResidueField field, float inverse, int[] masked, int from, int count) {
    int done = VectorLoops.whole(count);
    int left = count - done;
    System.arraycopy(floats, done, floats, 0, left);
    System.arraycopy(words, done * Integer.BYTES, words, 0, left * Integer.BYTES);
    Arrays.fill(words, left * Integer.BYTES, VectorLoops.LANES * Integer.BYTES, (byte) 0);
    boolean rejected = add(field, inverse, rest, 0, VectorLoops.LANES);
    System.arraycopy(rest, 0, masked, from + done, left);
    return rejected;
  }

  @Override
  public void unmask(
      ConvGeometry g, int[] y, ResidueBuffer u, Lift lift, ChannelScales scales, FloatBuffer out) {
    int length = g.outputSize();
    int plane = g.planeSize();
    int count;
    for (int from = 0; from < length; from += count) {
      // whole planes, or a part of one
      count =
          plane <= TILE
              ? Math.min(TILE / plane * plane, length - from)
              : Math.min(TILE, plane - from % plane);
      if (plane == 1) {
        unmaskChannels(y, u, from, count, lift, scales);
      } else {
        unmaskPlanes(plane, y, u, from, count, lift, scales);
      }
      out.put(from, floats, 0, count);
    }
  }

  private void unmaskChannels(
      int[] y, ResidueBuffer u, int from, int count, Lift lift, ChannelScales scales) {
    int some;
    for (int done = 0; done < count; done += some) {
      int channel = (from + done) % scales.channels();
      int image = (from + done) / scales.channels();
      some = Math.min(count - done, scales.channels() - channel);
      VectorLoops.unmaskChannels(
          y,
          u.bytes(),
          from + done,
          lift.field().modulus(),
          lift.tops(),
          scales.rowScale(image),
          scales.weightScales(),
          scales.bias(),
          channel,
          floats,
          done,
          some);
      for (int i = VectorLoops.whole(some); i < some; i++) {
        floats[done + i] = unmasked(y, u, from + done + i, lift, scales, image, channel + i);
      }
    }
  }

  private void unmaskPlanes(
      int plane, int[] y, ResidueBuffer u, int from, int count, Lift lift, ChannelScales scales) {
    int some;
    for (int done = 0; done < count; done += some) {
      some = Math.min(plane, count);
      int channel = (from + done) / plane % scales.channels();
      int image = (from + done) / plane / scales.channels();
      unmaskPlane(y, u, from + done, lift, scales, image, channel, done, some);
    }
  }

  /** The last vector overlaps the one before: it makes the same values again. */
  private void unmaskPlane(
      int[] y,
      ResidueBuffer u,
      int from,
      Lift lift,
      ChannelScales scales,
      int image,
      int channel,
      int to,
      int count) {
    if (count < VectorLoops.LANES) {
      for (int i = 0; i < count; i++) {
        floats[to + i] = unmasked(y, u, from + i, lift, scales, image, channel);
      }
      return;
    }
    int p = lift.field().modulus();
    int top = lift.top(channel);
    float scale = scales.scale(image, channel);
    float offset = scales.bias()[channel];
    VectorLoops.unmask(y, u.bytes(), from, p, top, scale, offset, floats, to, count);
    int last = count - VectorLoops.LANES;
    VectorLoops.unmask(
        y, u.bytes(), from + last, p, top, scale, offset, floats, to + last, VectorLoops.LANES);
  }

  private static float unmasked(
      int[] y, ResidueBuffer u, int at, Lift lift, ChannelScales scales, int image, int channel) {
    int plain = lift.of(lift.field().subtract(y[at], u.residues().get(at)), channel);
    return ActivationQuantizer.dequantize(
        plain, scales.scale(image, channel), scales.bias()[channel]);
  }

  @Override
  public void erase() {
    Arrays.fill(floats, 0);
    Arrays.fill(words, (byte) 0);
    Arrays.fill(rest, 0);
  }
}
