/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import java.nio.FloatBuffer;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.core.quant.NegativeActivationException;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.mask.ResidueStream;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.vector.VectorUnit;

/**
 * {@link LayerArithmetic} for the private path, tile by tile in the first-level cache. {@link
 * LayerArithmetic} is the definition; results are equal bit for bit. No branch and no table depends
 * on the data.
 *
 * <p>Not thread-safe. The tiles hold private values until {@link #erase}.
 */
public interface TileArithmetic {
  /** Words of a mask that are asked for at once. */
  int WORDS = ResidueStream.MAX_WORDS;

  /** Where a tensor's mask comes from, piece by piece. */
  @FunctionalInterface
  interface MaskSource {
    /**
     * Puts the next {@code count} words to {@code out}, as little-endian int32 from index 0; of p =
     * 2³¹ − 1 their top bits say nothing. Every count but the last is {@link #WORDS}.
     */
    void nextWords(byte[] out, int count);
  }

  /** The fastest there is in this JVM. */
  static TileArithmetic best() {
    return VectorUnit.present() ? new VectorTiles() : new PlainTiles();
  }

  /**
   * The scale that follows from the bits of the largest magnitude.
   *
   * @param negative whether a number is below 0 that the range has no place for
   * @throws NonFiniteActivationException when they are those of NaN or infinity
   * @throws NegativeActivationException when such a number is there
   */
  static float scaleOf(int largestMagnitude, boolean negative, ActivationRange range) {
    float largest = Float.intBitsToFloat(largestMagnitude);
    if (!Float.isFinite(largest)) {
      throw new NonFiniteActivationException();
    }
    if (negative) {
      throw new NegativeActivationException();
    }
    return ActivationQuantizer.scale(largest, range);
  }

  /**
   * The scale of a row, as {@link ActivationQuantizer#scale(float[], int, ActivationRange)} defines
   * it.
   *
   * @param x the activations, from index 0
   * @throws NonFiniteActivationException when a value is NaN or infinite
   * @throws NegativeActivationException when a value is below 0 that the range has no place for
   */
  float scale(FloatBuffer x, int length, ActivationRange range);

  /**
   * The scales of a tensor's rows, each as if it were alone, and NaN of one of several rows that
   * holds numbers that are none.
   *
   * @param x the activations, from index 0
   * @param scales receives them; as many as there are rows, which are equal parts
   * @throws NonFiniteActivationException when the only row holds NaN or infinity
   * @throws NegativeActivationException as {@link #scale}
   */
  default void scales(FloatBuffer x, int length, ActivationRange range, float[] scales) {
    int elements = length / scales.length;
    for (int row = 0; row < scales.length; row++) {
      FloatBuffer part = x.slice(row * elements, elements);
      scales[row] = LayerArithmetic.scale(() -> scale(part, elements, range), scales.length);
    }
  }

  /**
   * x' = q + r mod p: the mask never leaves the first-level cache. A word that the mask's rule
   * rejects, p or above, counts as r = word − p here and is reported; the caller puts what replaces
   * it in its place.
   *
   * <p>q is not clamped to the range, because it cannot be beyond: s is at least max|x| / L, but
   * for one rounding of that quotient by a factor of at least 1 − 2⁻²⁴; 1/s and x/s are exact for a
   * power of two, so that |x|/s is at most L · (1 + 2⁻²³), with L &lt; 2²² less than L + ½, and
   * rounds to L at most. Whatever x holds, the result is a canonical residue: of q only 23 bits are
   * used.
   *
   * @param x the activations that the scale was computed from, from index 0
   * @param scales from {@link #scales}, of each row
   * @param masks yields the words of the mask r
   * @param masked receives x', from index 0
   * @return whether a word was p or above
   */
  boolean mask(
      FloatBuffer x,
      float[] scales,
      ResidueField field,
      MaskSource masks,
      int[] masked,
      int length);

  /** The same for a tensor of one row. */
  default boolean mask(
      FloatBuffer x, float scale, ResidueField field, MaskSource masks, int[] masked, int length) {
    return mask(x, new float[] {scale}, field, masks, masked, length);
  }

  /** The same with the mask of a tensor of one row. */
  default void mask(
      FloatBuffer x, float scale, MaskGenerator masks, MaskedTensorSpec tensor, int[] masked) {
    mask(x, new float[] {scale}, masks, tensor, masked);
  }

  /**
   * The same with the mask of a tensor, redraws included.
   *
   * @param tensor whose mask it is
   */
  default void mask(
      FloatBuffer x, float[] scales, MaskGenerator masks, MaskedTensorSpec tensor, int[] masked) {
    ResidueField field = tensor.field();
    int length = tensor.elements();
    masks.begin(tensor.id(), field, length);
    boolean rejected = mask(x, scales, field, masks::nextWords, masked, length);
    masks.end();
    if (rejected) {
      masks.addRedraws(tensor.id(), field, masked, length);
    }
  }

  /**
   * out = (y − u, lifted) · s_x · s_w[oc] + bias[oc].
   *
   * @param y the result from index 0
   * @param u the unblinding factors
   * @param out receives the values from index 0
   */
  void unmask(
      ConvGeometry g, int[] y, ResidueBuffer u, Lift lift, ChannelScales scales, FloatBuffer out);

  /** Overwrites what the tiles hold. */
  void erase();
}
