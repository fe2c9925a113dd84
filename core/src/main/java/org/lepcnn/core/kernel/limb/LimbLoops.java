/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.limb;

/**
 * The inner loops between residues and limbs of eight bits: 32-bit operations without branches.
 * Those that differ by the field are in {@link Limbs31} and {@link Limbs24}.
 *
 * <p>The JIT compiler of JDK 17 vectorises them, five to eight times faster, under conditions that
 * their form obeys: every array is read and written at the loop's index alone (an offset, even one
 * that does not change, makes the loop scalar; hence copies before and after, which cost little),
 * and all arrays are different ones unless a loop works in place.
 */
public final class LimbLoops {
  /** The largest unsigned limb. */
  public static final long MAX_UNSIGNED = 255;

  /** The largest magnitude of a signed limb. */
  public static final long MAX_SIGNED = 128;

  /** Elements of one pass: the arrays of a step fit a first-level cache together. */
  public static final int PASS = 1024;

  private LimbLoops() {}

  /**
   * Bytes of two channels: 16-bit half h of {@code y[i]} is bits [shift + 16h, shift + 16h + 8) of
   * {@code a[i]} in its lower byte and those of {@code b[i]} in its upper one.
   *
   * @param shift 0 for limbs 0 and 2, 8 for limbs 1 and 3
   */
  public static void pair(int[] a, int[] b, int shift, int[] y, int length) {
    for (int i = 0; i < length; i++) {
      y[i] = ((a[i] >>> shift) & 0xff00ff) | (((b[i] >>> shift) & 0xff00ff) << 8);
    }
  }

  /** Words of four channels, from the lower halves of two {@link #pair pairs}. */
  public static void mergeLower(int[] first, int[] second, int[] y, int length) {
    for (int i = 0; i < length; i++) {
      y[i] = (first[i] & 0xffff) | (second[i] << 16);
    }
  }

  /** Words of four channels, from the upper halves of two {@link #pair pairs}. */
  public static void mergeUpper(int[] first, int[] second, int[] y, int length) {
    for (int i = 0; i < length; i++) {
      y[i] = (first[i] >>> 16) | (second[i] & 0xffff0000);
    }
  }

  /** {@code a[i] − b[i]} modulo p, canonical in and out. */
  public static void subtract(int[] a, int[] b, int p, int length) {
    for (int i = 0; i < length; i++) {
      int difference = a[i] - b[i];
      a[i] = difference + ((difference >> 31) & p);
    }
  }

  /** Every fourth element: {@code a[i] = x[4i]}, {@code b[i] = x[4i + 1]} and so on; scalar. */
  public static void deinterleave(int[] x, int[] a, int[] b, int[] c, int[] d, int length) {
    for (int i = 0; i < length; i++) {
      a[i] = x[4 * i];
      b[i] = x[4 * i + 1];
      c[i] = x[4 * i + 2];
      d[i] = x[4 * i + 3];
    }
  }
}
