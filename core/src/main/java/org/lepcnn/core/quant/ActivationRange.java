/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;

/**
 * The integers that a tensor's activations are rounded to: −L … L with L = 2^(bits−1) − 1, or,
 * where no activation can be negative, 0 … L with L = 2^bits − 1.
 *
 * @param signed whether negative activations are possible
 * @param bits 2 to {@value #MAX_BITS}
 */
@PublicApi
public record ActivationRange(boolean signed, int bits) {
  /** The most bits; more would not fit the rounding by a float constant. */
  public static final int MAX_BITS = 22;

  public ActivationRange {
    if (bits < 2 || bits > MAX_BITS) {
      throw BadInputException.about("Activation bits").expected("2 to " + MAX_BITS).found(bits);
    }
  }

  /** −(2^(bits−1) − 1) … 2^(bits−1) − 1. */
  public static ActivationRange signed(int bits) {
    return new ActivationRange(true, bits);
  }

  /** 0 … 2^bits − 1. */
  public static ActivationRange unsigned(int bits) {
    return new ActivationRange(false, bits);
  }

  /** L, the largest of the integers. */
  public int limit() {
    return (1 << (signed ? bits - 1 : bits)) - 1;
  }

  /** The smallest of the integers. */
  public int least() {
    return signed ? -limit() : 0;
  }
}
