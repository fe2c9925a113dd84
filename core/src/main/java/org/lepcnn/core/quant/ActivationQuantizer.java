/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

/**
 * Symmetric, per-tensor, dynamic quantization of activations: x ≈ q · s with |q| ≤ 2^(b−1) − 1 and
 * s a power of two, from the actual values of one pass. The scale never leaves the device.
 *
 * <p>With a power of two, values that are multiples of it are hit exactly: pixels, signs, and what
 * integer weights make of them, as long as there are bits enough. A step of max|x| / (2^(b−1) − 1)
 * would use the bits better, by half a bit on average, and miss all of them.
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

  /** The largest quantized magnitude, 2^(bits−1) − 1. */
  public static int limit(int bits) {
    return (1 << (bits - 1)) - 1;
  }

  /**
   * The scale of a tensor: the smallest power of two of at least max|x| / limit; 1 for an all-zero
   * tensor; never so small that 1/s overflows.
   *
   * @param values at least {@code length} activations
   * @param bits 2 to 22
   * @throws NonFiniteActivationException when a value is NaN or infinite
   */
  public static float scale(float[] values, int length, int bits) {
    int max = 0;
    for (int i = 0; i < length; i++) {
      // the bits of |x| order like |x|, with infinities and NaN on top
      max = Math.max(max, Float.floatToRawIntBits(values[i]) & MAGNITUDE);
    }
    if (max >= INFINITY_BITS) {
      throw new NonFiniteActivationException();
    }
    return scale(Float.intBitsToFloat(max), bits);
  }

  /**
   * The scale of a tensor by its largest magnitude.
   *
   * @param max finite, not negative
   * @param bits 2 to 22
   */
  public static float scale(float max, int bits) {
    return max == 0 ? 1 : powerOfTwoFrom(max / limit(bits));
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
   * Quantizes one value: rint(value · inverseScale), half to even, clamped to ±limit.
   *
   * @param inverseScale 1/s as a float
   * @return the centred integer
   */
  public static int quantize(float value, float inverseScale, int limit) {
    int rounded = (int) ((value * inverseScale + ROUNDING) - ROUNDING);
    return Math.max(-limit, Math.min(limit, rounded));
  }

  /**
   * Turns a layer's integer result into a float.
   *
   * @param centred the plain integer result
   * @param scale activation scale times weight scale of the output channel, as a float product
   * @param bias of the output channel
   */
  public static float dequantize(int centred, float scale, float bias) {
    return centred * scale + bias;
  }
}
