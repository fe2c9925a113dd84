/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import org.lepcnn.core.field.Field;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * Freivalds' check of a linear layer with a rank-one challenge: y is accepted iff
 *
 * <pre>
 *   Σ_oc a[oc] · Σ_pos b[pos] · y[oc,pos]  ≡  Σ_j c[j] · x'[j]   (mod p)
 * </pre>
 *
 * with c = Wᵀ(a⊗b) from {@link ChallengeVectors}. For y = W·x' + e both sides differ by Σ a·b·e.
 * With a and b uniform on F_p and unknown to the edge, that vanishes for an e ≠ 0 with probability
 * at most 2/p, whatever x' and e are.
 *
 * <p>Values must be canonical residues; see {@link Field#allCanonical}. Both sides run in time that
 * depends on the geometry alone and allocate nothing.
 */
public final class FreivaldsCheck {
  private static final int NOT_CANONICAL = -1;

  /** Values that fit a first-level cache beside the challenge. */
  private static final int BLOCK = 4096;

  private FreivaldsCheck() {}

  /**
   * The result's side.
   *
   * @param y at least {@code g.outputSize()} canonical residues, {@code [batch][oc][h][w]}
   * @return Σ a[oc]·b[pos]·y[oc,pos] mod p
   */
  public static int left(ConvGeometry g, Challenge challenge, int[] y) {
    return g.planeSize() == 1
        ? leftOfVectors(g, challenge.a(), challenge.b(), y)
        : leftOfPlanes(
            g.planeSize(), challenge.a(), challenge.b(), y, 0, g.batch() * challenge.a().length);
  }

  /**
   * The request's side.
   *
   * @param c the challenge vector
   * @param x the masked tensor, canonical residues
   * @param length how many of both to use
   * @return Σ c[j]·x[j] mod p
   */
  public static int right(int[] c, int[] x, int length) {
    return DotProduct.of(x, 0, c, 0, length);
  }

  /**
   * The result's side, when all residues are canonical; −1 otherwise. Values are read from memory
   * once, a block at a time; how long it takes does not depend on them.
   *
   * @param y at least {@code g.outputSize()} values of any kind
   */
  public static int leftIfCanonical(ConvGeometry g, Challenge challenge, int[] y) {
    int plane = g.planeSize();
    int size = g.outputSize();
    if (plane == 1) {
      int left = left(g, challenge, y);
      return Field.allCanonical(y, 0, size) ? left : NOT_CANONICAL;
    }
    int[] a = challenge.a();
    int[] b = challenge.b();
    int planes = Math.max(1, BLOCK / plane);
    int sum = 0;
    boolean canonical = true;
    for (int from = 0; from < size / plane; from += planes) {
      int to = Math.min(size / plane, from + planes);
      sum = Field.add(sum, leftOfPlanes(plane, a, b, y, from, to));
      // second, when the block is in the first-level cache
      canonical &= Field.allCanonical(y, from * plane, (to - from) * plane);
    }
    return canonical ? sum : NOT_CANONICAL;
  }

  private static int leftOfPlanes(int plane, int[] a, int[] b, int[] y, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      int inner = DotProduct.of(y, i * plane, b, i / a.length * plane, plane);
      sum = Field.add(sum, Field.multiply(a[i % a.length], inner));
    }
    return sum;
  }

  /** One position per image: the channels are contiguous, so they are contracted first. */
  private static int leftOfVectors(ConvGeometry g, int[] a, int[] b, int[] y) {
    int sum = 0;
    for (int n = 0; n < g.batch(); n++) {
      int inner = DotProduct.of(y, n * a.length, a, 0, a.length);
      sum = Field.add(sum, Field.multiply(b[n], inner));
    }
    return sum;
  }
}
