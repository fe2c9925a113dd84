/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * Freivalds' check of a linear layer with a rank-one challenge: y is accepted iff
 *
 * <pre>
 *   Σ_oc a[oc] · Σ_pos b[pos] · y[oc,pos]  ≡  Σ_j c[j] · x'[j]   (mod p)
 * </pre>
 *
 * in the field of the layer's tensor, with c = Wᵀ(a⊗b) from {@link ChallengeVectors}. For y = W·x'
 * + e both sides differ by Σ a·b·e. With a and b uniform on F_p and unknown to the edge, that
 * vanishes for an e ≠ 0 with probability at most 2/p, whatever x' and e are. Of p = 2²⁴ − 3 two
 * independent challenges are judged at once.
 *
 * <p>Both sides run in time that depends on the geometry alone and allocate nothing.
 */
final class FreivaldsCheck {
  private static final int NOT_CANONICAL = -1;

  private FreivaldsCheck() {}

  /**
   * The request's side of one challenge modulo 2³¹ − 1.
   *
   * @param c the challenge vector
   * @param x the masked tensor, canonical residues
   * @param length how many of both to use
   * @return Σ c[j]·x[j] mod p
   */
  static int right(int[] c, int[] x, int length) {
    return DotProduct.of(x, 0, c, 0, length);
  }

  /**
   * The result's side of one challenge modulo 2³¹ − 1. How long it takes does not depend on the
   * values.
   *
   * @param y at least {@code g.outputSize()} values of any kind, {@code [batch][oc][h][w]}
   * @return Σ a[oc]·b[pos]·y[oc,pos] mod p, or −1 when one of the values is not a canonical residue
   */
  static int left(ConvGeometry g, Challenge challenge, int[] y) {
    return g.planeSize() == 1
        ? leftOfVectors(g, challenge.a(), challenge.b(), y)
        : leftOfPlanes(g, challenge.a(), challenge.b(), y);
  }

  /**
   * The request's sides of two challenges modulo 2²⁴ − 3.
   *
   * @param c the challenges' vectors
   * @param x the masked tensor, canonical residues
   * @param length how many of both to use
   * @return both, as in {@link DotProduct24}
   */
  static long right24(int[] c, int[] other, int[] x, int length) {
    return DotProduct24.ifCanonical(x, 0, c, other, 0, length);
  }

  /**
   * The result's sides of two challenges modulo 2²⁴ − 3. How long it takes does not depend on the
   * values.
   *
   * @param y at least {@code g.outputSize()} values of any kind, {@code [batch][oc][h][w]}
   * @return both, as in {@link DotProduct24}, or −1 when one of the values is not a canonical
   *     residue
   */
  static long left24(ConvGeometry g, Challenge challenge, Challenge other, int[] y) {
    boolean vectors = g.planeSize() == 1;
    int[] a = challenge.a();
    int[] otherA = other.a();
    int[] b = challenge.b();
    int[] otherB = other.b();
    int plane = g.planeSize();
    int first = 0;
    int second = 0;
    long bad = 0;
    for (int n = 0; n < g.batch(); n++) {
      if (vectors) {
        long inner = DotProduct24.ifCanonical(y, n * a.length, a, otherA, 0, a.length);
        bad |= inner;
        first = addProduct(first, b[n], DotProduct24.first(inner));
        second = addProduct(second, otherB[n], DotProduct24.second(inner));
      }
      for (int oc = 0; oc < a.length && !vectors; oc++) {
        int at = (n * a.length + oc) * plane;
        long inner = DotProduct24.ifCanonical(y, at, b, otherB, n * plane, plane);
        bad |= inner;
        first = addProduct(first, a[oc], DotProduct24.first(inner));
        second = addProduct(second, otherA[oc], DotProduct24.second(inner));
      }
    }
    return bad < 0 ? NOT_CANONICAL : DotProduct24.of(first, second);
  }

  private static int addProduct(int sum, int factor, int inner) {
    return Field24.add(sum, Field24.multiply(factor, inner));
  }

  private static int leftOfPlanes(ConvGeometry g, int[] a, int[] b, int[] y) {
    int plane = g.planeSize();
    int sum = 0;
    int bad = 0;
    for (int n = 0; n < g.batch(); n++) {
      for (int oc = 0; oc < a.length; oc++) {
        int at = (n * a.length + oc) * plane;
        int inner = DotProduct.ifCanonical(y, at, b, n * plane, plane);
        bad |= inner;
        sum = Field31.add(sum, Field31.multiply(a[oc], inner & Field31.P));
      }
    }
    return bad < 0 ? NOT_CANONICAL : sum;
  }

  /** One position per image: the channels are contiguous, so they are contracted first. */
  private static int leftOfVectors(ConvGeometry g, int[] a, int[] b, int[] y) {
    int sum = 0;
    int bad = 0;
    for (int n = 0; n < g.batch(); n++) {
      int inner = DotProduct.ifCanonical(y, n * a.length, a, 0, a.length);
      bad |= inner;
      sum = Field31.add(sum, Field31.multiply(b[n], inner & Field31.P));
    }
    return bad < 0 ? NOT_CANONICAL : sum;
  }
}
