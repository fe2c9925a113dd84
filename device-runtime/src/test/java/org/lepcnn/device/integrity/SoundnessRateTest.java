/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.linear.RandomLayers;

/**
 * The soundness of the check, measured where it can be: at the small prime q = 251.
 *
 * <p>With a and b drawn from [0, q) and small errors both sides of the check differ by an integer
 * ⟨a⊗b, e⟩ of magnitude below p/2, so that the production code computes it exactly, and its residue
 * mod q is what the check over F_q would see. An error of rank ρ (as a matrix of channels by
 * positions) is accepted there iff bᵀ misses ρ independent forms, or it does not and a falls on the
 * one hyperplane that is left: q^−ρ + (1 − q^−ρ)/q = 1/q + q^−ρ − q^−(ρ+1).
 *
 * <p>Bounds are five standard deviations of the binomial; the draws are seeded.
 */
@Tag("slow")
class SoundnessRateTest {
  private static final int Q = 251;
  private static final int DRAWS = 250_000;
  private static final ConvGeometry PLANES =
      ConvGeometry.of(2, 5, ConvAxis.centred(4, 3), ConvAxis.centred(4, 3));

  @ParameterizedTest(name = "rank {0}")
  @CsvSource({"1", "2", "3", "5"})
  void errorOfRank_isAcceptedAtThePredictedRate(int rank) {
    double predicted = 1.0 / Q + Math.pow(Q, -rank) - Math.pow(Q, -rank - 1);
    Layer layer = new Layer(PLANES, 40 + rank);
    int[] wrong = layer.with(errorOfRank(rank, PLANES, new SplittableRandom(rank)));
    assertRate(accepted(layer, wrong, 1, new SplittableRandom(100 + rank)), predicted);
  }

  @Test
  void errorOfAVector_isAcceptedAtTheRateOfOneForm() {
    ConvGeometry vector = ConvGeometry.fullyConnected(1, 6, 9);
    Layer layer = new Layer(vector, 7);
    int[] error = new int[9];
    error[4] = 2;
    error[8] = -3;
    assertRate(accepted(layer, layer.with(error), 1, new SplittableRandom(3)), 1.0 / Q);
  }

  @Test
  void twoChallenges_squareTheRate() {
    double single = 1.0 / Q + 1.0 / Q - Math.pow(Q, -2);
    Layer layer = new Layer(PLANES, 50);
    int[] wrong = layer.with(errorOfRank(1, PLANES, new SplittableRandom(9)));
    int accepted = accepted(layer, wrong, 2, new SplittableRandom(5));
    assertThat(accepted).as("accepted at least once, so that the rate is seen").isPositive();
    assertRate(accepted, single * single);
  }

  @Test
  void rightResult_isAlwaysAccepted() {
    Layer layer = new Layer(PLANES, 60);
    int[] right = layer.with(new int[PLANES.outputSize()]);
    assertThat(accepted(layer, right, 1, new SplittableRandom(6))).isEqualTo(DRAWS);
  }

  private static void assertRate(int accepted, double predicted) {
    double deviation = Math.sqrt(DRAWS * predicted * (1 - predicted));
    assertThat((double) accepted)
        .as("accepted of %d, predicted %.1f", DRAWS, DRAWS * predicted)
        .isBetween(DRAWS * predicted - 5 * deviation, DRAWS * predicted + 5 * deviation);
  }

  /** In how many of {@link #DRAWS} draws all challenges accept. */
  private static int accepted(Layer layer, int[] result, int challenges, SplittableRandom random) {
    int accepted = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      boolean all = true;
      for (int i = 0; i < challenges; i++) {
        all &= layer.difference(smallChallenge(layer.g, random), result) % Q == 0;
      }
      accepted += all ? 1 : 0;
    }
    return accepted;
  }

  private static Challenge smallChallenge(ConvGeometry g, SplittableRandom random) {
    int[] a = random.ints(g.outChannels(), 0, Q).toArray();
    int[] b = g.positions() == 1 ? new int[] {1} : random.ints(g.positions(), 0, Q).toArray();
    return Challenge.of(a, b);
  }

  /** U·V with identities in front: of that rank over every field, entries within ±(rank + 1). */
  private static int[] errorOfRank(int rank, ConvGeometry g, SplittableRandom random) {
    int channels = g.outChannels();
    int positions = g.positions();
    int[] error = new int[channels * positions];
    for (int k = 0; k < rank; k++) {
      int[] u = unitThenRandom(k, rank, channels, random);
      int[] v = unitThenRandom(k, rank, positions, random);
      for (int i = 0; i < error.length; i++) {
        error[i] += u[i / positions] * v[i % positions];
      }
    }
    return error;
  }

  /** The k-th unit vector of the first {@code rank} elements, then −1, 0 and 1 at random. */
  private static int[] unitThenRandom(int k, int rank, int length, SplittableRandom random) {
    int[] vector = random.ints(length, -1, 2).toArray();
    Arrays.fill(vector, 0, rank, 0);
    vector[k] = 1;
    return vector;
  }

  /** A layer with an input and its right output. */
  private static final class Layer {
    final ConvGeometry g;
    private final byte[] weights;
    private final int[] x;
    private final int[] y;

    Layer(ConvGeometry g, int seed) {
      RandomLayers random = new RandomLayers(seed);
      this.g = g;
      this.weights = random.weights(g);
      this.x = random.residues(g.inputSize());
      this.y = new int[g.outputSize()];
      try (LinearKernel kernel = new ScalarKernels().prepare(ResidueField.P31, g, weights)) {
        kernel.apply(x, y);
      }
    }

    int[] with(int[] error) {
      int[] wrong = new int[y.length];
      for (int i = 0; i < wrong.length; i++) {
        wrong[i] = Field31.add(y[i], Field31.canonical(error[i]));
      }
      return wrong;
    }

    /** Left minus right side of the check, centred: the integer ⟨a⊗b, e⟩. */
    int difference(Challenge challenge, int[] result) {
      int[] c = ChallengeVectors.compute(ResidueField.P31, g, LayerWeights.of(weights), challenge);
      int left = FreivaldsCheck.left(g, challenge, result);
      return Field31.centred(Field31.subtract(left, FreivaldsCheck.right(c, x, x.length)));
    }
  }
}
