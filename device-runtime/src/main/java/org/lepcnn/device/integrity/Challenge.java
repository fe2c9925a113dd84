/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import java.lang.invoke.MethodHandles;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.mask.ResidueStream;

/**
 * The secret vectors of one rank-one challenge: a over output channels, b over output positions
 * ({@code [batch][h][w]}); b is all ones where the layer has one position.
 *
 * <p>Both are uniform on F_p and follow from the group's key, the layer and the challenge's index
 * alone: residue streams (drawn like masks, see {@link org.lepcnn.device.mask}) under two keys of
 * the group's ({@link GroupKey}), with the ids 4·layer + 2·index for a and 4·layer + 2·index + 1
 * for b.
 *
 * <p>Must stay unknown to the edge for as long as passes of its group may be sent. The arrays are
 * not copied out and not to be changed.
 */
final class Challenge {
  /** The most challenges per layer: two make the double check. */
  static final int MAX_PER_LAYER = 2;

  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  private final int[] a;
  private final int[] b;

  private Challenge(int[] a, int[] b) {
    this.a = a;
    this.b = b;
  }

  /**
   * Draws a challenge.
   *
   * @param groupKey key of the group of passes; stays the caller's
   * @param layer the layer's number in the plan
   * @param index 0, or 1 for the second one of a double check
   * @param field the layer's
   * @param g the layer's geometry
   */
  static Challenge draw(
      GroupKey groupKey, int layer, int index, ResidueField field, ConvGeometry g) {
    if (layer < 0 || index < 0 || index >= MAX_PER_LAYER) {
      throw new IllegalArgumentException(
          ("Challenge: expected a layer from 0 and an index "
                  + "below %s; found layer %s, index %s.")
              .formatted(MAX_PER_LAYER, layer, index));
    }
    int[] a = new int[g.outChannels()];
    int[] b = new int[g.positions()];
    long id = 4L * layer + 2L * index;
    try (SecretKey words = groupKey.challengeKey(field);
        SecretKey redraws = groupKey.redrawKey(field);
        ResidueStream stream = new ResidueStream(groupKey.suite(), field, words, redraws, ACCESS)) {
      stream.fill(id, a, a.length);
      if (b.length == 1) {
        b[0] = 1;
      } else {
        stream.fill(id + 1, b, b.length);
      }
    }
    return new Challenge(a, b);
  }

  /** A challenge of given vectors, for measurements of the check itself. */
  static Challenge of(int[] a, int[] b) {
    return new Challenge(a, b);
  }

  /** Per output channel. */
  int[] a() {
    return a;
  }

  /** Per output position over the whole batch. */
  int[] b() {
    return b;
  }

  /** Sizes alone. */
  @Override
  public String toString() {
    return "Challenge[channels=" + a.length + ", positions=" + b.length + "]";
  }

  void require(ConvGeometry g) {
    if (a.length != g.outChannels() || b.length != g.positions()) {
      throw new IllegalArgumentException(
          "Challenge: expected %s channels and %s positions; found %s."
              .formatted(g.outChannels(), g.positions(), this));
    }
  }
}
