/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.field;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.api.PublicApi;

/**
 * The prime field that a masked tensor and all layers that read it compute in.
 *
 * <p>For what is decided once a tensor. Loops over residues are written for one field: with {@link
 * Field31} or {@link Field24}.
 */
@PublicApi
public enum ResidueField {
  /** p = 2³¹ − 1: four bytes on the wire. */
  P31(31, Field31.P),

  /** p = 2²⁴ − 3: three bytes on the wire. */
  P24(24, Field24.P);

  private final int bits;
  private final int modulus;

  ResidueField(int bits, int modulus) {
    this.bits = bits;
    this.modulus = modulus;
  }

  /** The field whose residues take a number of bits; null where there is none. */
  public static @Nullable ResidueField ofBits(int bits) {
    for (ResidueField field : values()) {
      if (field.bits == bits) {
        return field;
      }
    }
    return null;
  }

  /** Bits of a residue: the field's number in files and options. */
  public int bits() {
    return bits;
  }

  /** p. */
  public int modulus() {
    return modulus;
  }

  /** (p − 1)/2, the largest centred residue. */
  public int half() {
    return (modulus - 1) / 2;
  }

  /** Bytes of a residue on the wire and in tables. */
  public int wireBytes() {
    return limbs();
  }

  /** Limbs of 8 bits that hold a residue. */
  public int limbs() {
    return (bits + Byte.SIZE - 1) / Byte.SIZE;
  }

  /**
   * Reduces a non-negative value.
   *
   * @param value any value in [0, 2⁶³)
   */
  public int reduce(long value) {
    return switch (this) {
      case P31 -> Field31.reduce(value);
      case P24 -> Field24.reduce(value);
    };
  }

  /**
   * Reduces a signed value.
   *
   * @param value any value of magnitude below 2⁶¹
   */
  public int reduceSigned(long value) {
    return switch (this) {
      case P31 -> Field31.reduceSigned(value);
      case P24 -> Field24.reduceSigned(value);
    };
  }

  /** The sum of two canonical residues. */
  public int add(int a, int b) {
    return subtract(a, subtract(0, b));
  }

  /** The difference of two canonical residues. */
  public int subtract(int a, int b) {
    int difference = a - b;
    return difference + ((difference >> 31) & modulus);
  }

  /** The product of two canonical residues. */
  public int multiply(int a, int b) {
    return reduce((long) a * b);
  }

  /**
   * The canonical residue of a centred integer.
   *
   * @param centred any value with |centred| ≤ p − 1
   */
  public int canonical(int centred) {
    return centred + ((centred >> 31) & modulus);
  }

  /** The centred representative of a canonical residue, in [−(p−1)/2, (p−1)/2]. */
  public int centred(int canonical) {
    return canonical - (modulus & ((half() - canonical) >> 31));
  }

  /** Whether the value is a canonical residue, that is in [0, p). */
  public boolean isCanonical(int value) {
    return value >= 0 && value < modulus;
  }

  /**
   * Whether every value of the range is a canonical residue; runs in time that depends on the
   * length alone.
   */
  public boolean allCanonical(int[] values, int offset, int length) {
    return switch (this) {
      case P31 -> Field31.allCanonical(values, offset, length);
      case P24 -> Field24.allCanonical(values, offset, length);
    };
  }
}
