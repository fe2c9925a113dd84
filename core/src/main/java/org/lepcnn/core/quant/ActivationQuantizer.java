/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

/**
 * Per-tensor, dynamic quantization of activations: x ≈ q · s with q in an {@link ActivationRange}
 * and s a power of two, from the actual values of one pass. The scale never leaves the device.
 *
 * <p>With a power of two, values that are multiples of it are hit exactly: pixels, signs, and what
 * integer weights make of them, as long as there are bits enough. A step of max|x| / L would use
 * the bits better, by half a bit on average, and miss all of them.
 *
 * <p>The private path and the plain integer network call the same three functions, so that their
 * results agree bit for bit.
 */
public final class ActivationQuantizer {
  /** 1.5 · 2²³: adding and subtracting it rounds a float of magnitude below 2²² half to even. */
  private static final float ROUNDING = 12_582_912f;

  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final int INFINITY_BITS = 0x7f80_0000;

  private ActivationQuantizer() {}

  /**
   * The scale of a tensor: the smallest power of two of at least max|x| / L; 1 for an all-zero
   * tensor; never so small that 1/s overflows.
   *
   * @param values at least {@code length} activations
   * @throws NonFiniteActivationException when a value is NaN or infinite
   * @throws NegativeActivationException when a value is below 0 that the range has no place for
   */
  public static float scale(float[] values, int length, ActivationRange range) {
    int max = 0;
    boolean negative = false;
    for (int i = 0; i < length; i++) {
      // the bits of |x| order like |x|, with infinities and NaN on top
      max = Math.max(max, Float.floatToRawIntBits(values[i]) & MAGNITUDE);
      negative |= values[i] < 0;
    }
    if (max >= INFINITY_BITS) {
      throw new NonFiniteActivationException();
    }
    if (negative && !range.signed()) {
      throw new NegativeActivationException();
    }
    return scale(Float.intBitsToFloat(max), range);
  }

  /**
   * The scale of a tensor by its largest magnitude.
   *
   * @param max finite, not negative
   */
  public static float scale(float max, ActivationRange range) {
    return max == 0 ? 1 : powerOfTwoFrom(max / range.limit());
  }

  /** The smallest power of two of at least {@code value}, not below 2^−126. */
  private static float powerOfTwoFrom(float value) {
    if (value <= Float.MIN_NORMAL) {
      return Float.MIN_NORMAL;
    }
    float below = Math.scalb(1f, Math.getExponent(value));
    return below == value ? below : 2 * below;
  }

  /**
   * Quantizes one value: rint(value · inverseScale), half to even, clamped to the range.
   *
   * @param inverseScale 1/s as a float
   */
  public static int quantize(float value, float inverseScale, ActivationRange range) {
    int rounded = (int) ((value * inverseScale + ROUNDING) - ROUNDING);
    return Math.max(range.least(), Math.min(range.limit(), rounded));
  }

  /**
   * Turns a layer's integer result into a float.
   *
   * @param plain the plain integer result
   * @param scale activation scale times weight scale of the output channel, as a float product
   * @param bias of the output channel
   */
  public static float dequantize(int plain, float scale, float bias) {
    return plain * scale + bias;
  }
}
