/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.device.key.GroupKey;

/** A challenge, for tests of other packages that play an edge which knows it. */
public final class TestChallenges {
  private final Challenge challenge;

  private TestChallenges(Challenge challenge) {
    this.challenge = challenge;
  }

  public static TestChallenges draw(
      GroupKey groupKey, int layer, int index, ResidueField field, ConvGeometry g) {
    return new TestChallenges(Challenge.draw(groupKey, layer, index, field, g));
  }

  public int[] a() {
    return challenge.a();
  }

  public int[] b() {
    return challenge.b();
  }

  /** The result's side of the check. */
  public int left(ConvGeometry g, int[] y) {
    return FreivaldsCheck.left(g, challenge, y);
  }

  /** The result's side of the check by this challenge and another one modulo 2²⁴ − 3. */
  public long left24(ConvGeometry g, TestChallenges other, int[] y) {
    return FreivaldsCheck.left24(g, challenge, other.challenge, y);
  }

  /** The request's side of two of them. */
  public long right24(int[] c, int[] other, int[] x) {
    return FreivaldsCheck.right24(c, other, x, x.length);
  }

  /** The request's side of a check with the vector c. */
  public static int right(int[] c, int[] x, int length) {
    return FreivaldsCheck.right(c, x, length);
  }
}
