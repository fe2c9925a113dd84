/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.SecretAccess;

/**
 * All challenges of one group of passes with their vectors c: what a device needs to check results.
 * Immutable and thread-safe.
 */
@PublicApi
public final class GroupChallenges {
  /** The most challenges per layer: two make the double check. */
  public static final int MAX_PER_LAYER = Challenge.MAX_PER_LAYER;

  private final Plan plan;
  private final int[] first;
  private final List<Challenge> challenges;
  private final List<int[]> vectors;

  private GroupChallenges(
      Plan plan, int perLayer, List<Challenge> challenges, List<int[]> vectors) {
    this.plan = plan;
    this.first = first(plan, perLayer);
    this.challenges = List.copyOf(challenges);
    this.vectors = List.copyOf(vectors);
  }

  /**
   * How many challenges a layer has: modulo 2²⁴ − 3 always two, since one would be passed by chance
   * once in eight million times.
   *
   * @param perLayer of layers modulo 2³¹ − 1
   */
  public static int ofLayer(Plan plan, LinearLayerSpec layer, int perLayer) {
    return plan.field(layer) == ResidueField.P24 ? MAX_PER_LAYER : perLayer;
  }

  /** The number of every layer's first challenge, and that of all challenges. */
  private static int[] first(Plan plan, int perLayer) {
    int[] first = new int[plan.layers().size() + 1];
    for (LinearLayerSpec layer : plan.layers()) {
      first[layer.index() + 1] = first[layer.index()] + ofLayer(plan, layer, perLayer);
    }
    return first;
  }

  /**
   * Draws the challenges and computes their vectors from the weights.
   *
   * @param perLayer 1, or 2 for the double check, of layers modulo 2³¹ − 1
   * @param groupKey stays the caller's
   */
  public static GroupChallenges compute(EdgeHalf edge, int perLayer, GroupKey groupKey) {
    Plan plan = edge.plan();
    List<Challenge> challenges = draw(plan, perLayer, groupKey);
    List<int[]> vectors = new ArrayList<>();
    for (LinearLayerSpec layer : plan.layers()) {
      LayerWeights weights = edge.weights().get(layer.index());
      for (int index = 0; index < ofLayer(plan, layer, perLayer); index++) {
        Challenge challenge = challenges.get(vectors.size());
        vectors.add(
            ChallengeVectors.compute(plan.field(layer), layer.geometry(), weights, challenge));
      }
    }
    return new GroupChallenges(plan, perLayer, challenges, vectors);
  }

  /**
   * Draws the challenges and takes their vectors from a table.
   *
   * @param perLayer challenges per layer modulo 2³¹ − 1 in the table
   * @param groupKey stays the caller's
   * @param vectors c, layer after layer, then by challenge index; not copied
   * @throws BadInputException when their number or sizes do not fit the plan
   */
  public static GroupChallenges of(
      Plan plan, int perLayer, GroupKey groupKey, List<int[]> vectors) {
    int[] expected =
        plan.layers().stream()
            .flatMapToInt(
                layer ->
                    IntStream.generate(layer.geometry()::inputSize)
                        .limit(ofLayer(plan, layer, perLayer)))
            .toArray();
    int[] found = vectors.stream().mapToInt(c -> c.length).toArray();
    if (!Arrays.equals(expected, found)) {
      throw BadInputException.about("Challenges of a decryption table")
          .expected(
              expected.length
                  + " vectors of the input's size for "
                  + plan.layers().size()
                  + " layers")
          .found("others", "Use the tables of this model.");
    }
    return new GroupChallenges(plan, perLayer, draw(plan, perLayer, groupKey), vectors);
  }

  /**
   * Draws the challenges and takes zeros for their vectors, which are right for zeros alone: for
   * work that nobody uses.
   *
   * @param perLayer of layers modulo 2³¹ − 1
   * @param groupKey stays the caller's
   */
  public static GroupChallenges ofZeros(Plan plan, int perLayer, GroupKey groupKey) {
    List<int[]> vectors = new ArrayList<>();
    for (LinearLayerSpec layer : plan.layers()) {
      for (int i = 0; i < ofLayer(plan, layer, perLayer); i++) {
        vectors.add(new int[layer.geometry().inputSize()]);
      }
    }
    return of(plan, perLayer, groupKey, vectors);
  }

  /** The vectors c, layer after layer, then by challenge index; not to be changed. */
  public List<int[]> vectors(SecretAccess access) {
    Objects.requireNonNull(access, "access");
    return vectors;
  }

  /** The number of all challenges. */
  public int count() {
    return challenges.size();
  }

  /** The number of a layer's first challenge among all; those of a layer follow one another. */
  public int firstOf(LinearLayerSpec layer) {
    return first[layer.index()];
  }

  /**
   * ⟨a⊗b, U⟩ of one pass, for every challenge in order: what its table is checked against. As
   * secret as ⟨c, r⟩, which is the same.
   *
   * @param uPerLayer vectors U of canonical residues, for every layer of the plan
   */
  public int[] factorSides(List<int[]> uPerLayer, SecretAccess access) {
    Objects.requireNonNull(access, "access");
    int[] sides = new int[count()];
    for (LinearLayerSpec layer : plan.layers()) {
      int[] u = uPerLayer.get(layer.index());
      int from = firstOf(layer);
      if (plan.field(layer) == ResidueField.P24) {
        long both =
            FreivaldsCheck.left24(
                layer.geometry(), challenges.get(from), challenges.get(from + 1), u);
        sides[from] = DotProduct24.first(both);
        sides[from + 1] = DotProduct24.second(both);
        continue;
      }
      for (int index = from; index < first[layer.index() + 1]; index++) {
        sides[index] = FreivaldsCheck.left(layer.geometry(), challenges.get(index), u);
      }
    }
    return sides;
  }

  Plan plan() {
    return plan;
  }

  /** A layer's challenges. */
  List<Challenge> of(LinearLayerSpec layer) {
    return challenges.subList(first[layer.index()], first[layer.index() + 1]);
  }

  /**
   * Whether y = W·x as far as every challenge of the layer can tell; false when a value of y is not
   * a canonical residue.
   *
   * @param x at least {@code layer.geometry().inputSize()} canonical residues
   * @param y at least {@code layer.geometry().outputSize()} values of any kind
   */
  public boolean accepts(LinearLayerSpec layer, int[] x, int[] y) {
    int[] sides = new int[MAX_PER_LAYER];
    requestSides(layer, x, sides, 0);
    return judge(layer, y, sides, 0) == Verdict.ACCEPTED;
  }

  /**
   * The request's side of a layer's challenges: everything of {@link #accepts} that can be computed
   * before the result is there.
   *
   * @param x at least {@code layer.geometry().inputSize()} canonical residues
   * @param sides receives one value a challenge
   * @param at index of the first one in {@code sides}
   */
  public void requestSides(LinearLayerSpec layer, int[] x, int[] sides, int at) {
    int from = first[layer.index()];
    int size = layer.geometry().inputSize();
    if (plan.field(layer) == ResidueField.P24) {
      long both = FreivaldsCheck.right24(vectors.get(from), vectors.get(from + 1), x, size);
      sides[at] = DotProduct24.first(both);
      sides[at + 1] = DotProduct24.second(both);
      return;
    }
    for (int index = from; index < first[layer.index() + 1]; index++) {
      sides[at + index - from] = FreivaldsCheck.right(vectors.get(index), x, size);
    }
  }

  /**
   * What every challenge of the layer says to a result from the untrusted side.
   *
   * @param y at least {@code layer.geometry().outputSize()} values of any kind
   * @param sides from {@link #requestSides}
   * @param at index of the layer's first one in {@code sides}
   */
  public Verdict judge(LinearLayerSpec layer, int[] y, int[] sides, int at) {
    ConvGeometry g = layer.geometry();
    int from = first[layer.index()];
    if (plan.field(layer) == ResidueField.P24) {
      long left = FreivaldsCheck.left24(g, challenges.get(from), challenges.get(from + 1), y);
      return left < 0
          ? Verdict.NOT_CANONICAL
          : verdict(left ^ DotProduct24.of(sides[at], sides[at + 1]));
    }
    int left = FreivaldsCheck.left(g, challenges.get(from), y);
    if (left < 0) {
      return Verdict.NOT_CANONICAL;
    }
    int difference = left ^ sides[at];
    for (int index = from + 1; index < first[layer.index() + 1]; index++) {
      difference |= FreivaldsCheck.left(g, challenges.get(index), y) ^ sides[at + index - from];
    }
    return verdict(difference);
  }

  private static Verdict verdict(long difference) {
    return difference == 0 ? Verdict.ACCEPTED : Verdict.WRONG;
  }

  /** What a check finds. */
  public enum Verdict {
    /** y = W·x as far as every challenge can tell. */
    ACCEPTED,
    /** y is another vector of canonical residues. */
    WRONG,
    /** A value is outside [0, p). */
    NOT_CANONICAL
  }

  private static List<Challenge> draw(Plan plan, int perLayer, GroupKey groupKey) {
    if (perLayer < 1 || perLayer > Challenge.MAX_PER_LAYER) {
      throw BadInputException.about("Challenges per layer")
          .expected("1 or " + Challenge.MAX_PER_LAYER)
          .found(perLayer);
    }
    List<Challenge> challenges = new ArrayList<>();
    for (LinearLayerSpec layer : plan.layers()) {
      for (int index = 0; index < ofLayer(plan, layer, perLayer); index++) {
        challenges.add(
            Challenge.draw(groupKey, layer.index(), index, plan.field(layer), layer.geometry()));
      }
    }
    return challenges;
  }
}
