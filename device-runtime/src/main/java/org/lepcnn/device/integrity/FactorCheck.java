/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import java.util.List;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;

/**
 * Whether unblinding factors U that come from outside are those that were issued, piece by piece
 * while they are in the cache: every value is a canonical residue, and for every challenge of the
 * layer
 *
 * <pre>
 *   Σ_oc a[oc] · Σ_pos b[pos] · U[oc,pos]  ≡  t_U   (mod p)
 * </pre>
 *
 * where t_U was computed when U was, and is authenticated otherwise.
 *
 * <p>For U + e with e ≠ 0 the left side moves by ⟨a⊗b, e⟩, which vanishes with probability at most
 * 2/p for each challenge, whatever U and e are, against whoever does not know the challenge. Hence
 * the verdict tells nothing of U, even where e depends on U, as it does when bits of sealed factors
 * are flipped: for every U it is a refusal but with that probability. That holds for this check
 * alone. A check of y′ − U would accept two errors that cancel, so that an edge that adds 2ᵏ and a
 * flipped bit k would find out the bit.
 *
 * <p>Time depends on sizes alone. Allocates nothing after construction; not thread-safe.
 */
public final class FactorCheck {
  private final Plan plan;
  private final GroupChallenges challenges;
  private final int[] sums = new int[GroupChallenges.MAX_PER_LAYER];

  private LinearLayerSpec layer;

  /** The layer's challenges; twice the same where it has one. */
  private Challenge one;

  private Challenge other;
  private int position;

  /** Its sign says whether a value was no residue. */
  private long bad;

  /** A check against the challenges of a group; of a plan that has layers. */
  public FactorCheck(GroupChallenges challenges) {
    this.plan = challenges.plan();
    this.challenges = challenges;
    this.layer = plan.layer(0);
    this.one = challenges.of(layer).get(0);
    this.other = one;
  }

  /** Begins a layer. */
  public void begin(LinearLayerSpec spec) {
    List<Challenge> all = challenges.of(spec);
    layer = spec;
    one = all.get(0);
    other = all.get(all.size() - 1);
    position = 0;
    bad = 0;
    sums[0] = 0;
    sums[1] = 0;
  }

  /**
   * The next values of the layer that was begun.
   *
   * @param values any, from index 0
   * @param count not more than are left
   */
  public void add(int[] values, int count) {
    ConvGeometry g = layer.geometry();
    boolean vectors = g.planeSize() == 1;
    // what one outer factor multiplies: the channels of an image, or the positions of a channel
    int size = vectors ? g.outChannels() : g.planeSize();
    int run;
    for (int done = 0; done < count; done += run) {
      int outer = position / size;
      int at = position - outer * size;
      run = Math.min(count - done, size - at);
      if (vectors) {
        add(values, done, run, one.a(), other.a(), at, one.b()[outer], other.b()[outer]);
      } else {
        int image = outer / g.outChannels();
        int channel = outer - image * g.outChannels();
        int from = image * size + at;
        add(values, done, run, one.b(), other.b(), from, one.a()[channel], other.a()[channel]);
      }
      position += run;
    }
  }

  private void add(
      int[] values, int v, int count, int[] inner, int[] otherInner, int f, int factor, int more) {
    if (plan.field(layer) == ResidueField.P24) {
      long sides = DotProduct24.ifCanonical(values, v, inner, otherInner, f, count);
      bad |= sides;
      sums[0] = Field24.add(sums[0], Field24.multiply(factor, DotProduct24.first(sides)));
      sums[1] = Field24.add(sums[1], Field24.multiply(more, DotProduct24.second(sides)));
      return;
    }
    addWide(0, DotProduct.ifCanonical(values, v, inner, f, count), factor);
    if (other != one) {
      addWide(1, DotProduct.of(values, v, otherInner, f, count), more);
    }
  }

  private void addWide(int index, int side, int factor) {
    bad |= side;
    sums[index] = Field31.add(sums[index], Field31.multiply(factor, side & Field31.P));
  }

  /**
   * Whether all values of the layer were added and are what was issued, as far as every challenge
   * can tell.
   *
   * @param sides t_U of a pass, for every challenge in order
   */
  public boolean accepts(int[] sides) {
    int first = challenges.firstOf(layer);
    int difference = sums[0] ^ sides[first];
    if (other != one) {
      difference |= sums[1] ^ sides[first + 1];
    }
    return bad >= 0 & difference == 0 & position == layer.geometry().outputSize();
  }

  /** Says whether what lies beside the values is as it was issued. */
  public void rejectUnless(boolean asIssued) {
    bad |= asIssued ? 0 : -1;
  }

  /** Sizes alone. */
  @Override
  public String toString() {
    return "FactorCheck[layer=" + layer.index() + "]";
  }
}
