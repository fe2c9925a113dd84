/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.key.TestSecrets;

/** The table's check, piece by piece, against its definition in big integers. */
class FactorCheckTest {
  private static final List<ConvGeometry> SHAPES =
      List.of(
          ConvGeometry.of(1, 3, ConvAxis.pointwise(13), ConvAxis.pointwise(13)),
          new ConvGeometry(3, 1, 2, 1, ConvAxis.pointwise(5), ConvAxis.pointwise(7)),
          ConvGeometry.fullyConnected(1, 1, 207),
          ConvGeometry.fullyConnected(4, 1, 33),
          ConvGeometry.fullyConnected(1, 1, 1));

  private final SplittableRandom random = new SplittableRandom(8);

  @ParameterizedTest(name = "{0}, {1} challenges, pieces of {2}")
  @CsvSource({
    "P31,1,1",
    "P31,1,7",
    "P31,2,16",
    "P31,2,100",
    "P31,1,5000",
    "P24,1,1",
    "P24,1,64",
    "P24,2,5000"
  })
  void whatWasIssued_isAccepted_andNothingElse(ResidueField field, int perLayer, int piece) {
    Plan plan = plan(field);
    GroupChallenges group = group(plan, perLayer);
    List<int[]> factors = factors(plan, field);
    int[] sides = group.factorSides(factors, TestSecrets.ACCESS);
    FactorCheck check = new FactorCheck(group);
    for (LinearLayerSpec layer : plan.layers()) {
      int[] u = factors.get(layer.index());
      for (int i = 0; i < group.of(layer).size(); i++) {
        assertThat(sides[group.firstOf(layer) + i])
            .isEqualTo(side(field, layer.geometry(), group.of(layer).get(i), u));
      }
      assertThat(accepts(check, layer, u, piece, sides)).isTrue();
      for (int at = 0; at < u.length; at += Math.max(1, u.length / 9)) {
        for (int bit = 0; bit < 32; bit++) {
          int[] changed = u.clone();
          changed[at] ^= 1 << bit;
          assertThat(accepts(check, layer, changed, piece, sides))
              .as("bit %d of residue %d of layer %d", bit, at, layer.index())
              .isFalse();
        }
        int[] wrapped = u.clone();
        wrapped[at] = 0;
        int[] zero = group.factorSides(replace(factors, layer, wrapped), TestSecrets.ACCESS);
        assertThat(accepts(check, layer, wrapped, piece, zero)).isTrue();
        int[] modulus = wrapped.clone();
        modulus[at] = field.modulus();
        assertThat(accepts(check, layer, modulus, piece, zero))
            .as("p, which is congruent to 0")
            .isFalse();
      }
      int[] otherSides = sides.clone();
      otherSides[group.firstOf(layer) + group.of(layer).size() - 1] ^= 1;
      assertThat(accepts(check, layer, u, piece, otherSides)).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"P31,1", "P24,2"})
  void aPartOfALayer_andWhatWasRejected_areNotAccepted(ResidueField field, int perLayer) {
    Plan plan = plan(field);
    GroupChallenges group = group(plan, perLayer);
    int[] sides = new int[group.count()];
    FactorCheck check = new FactorCheck(group);
    LinearLayerSpec layer = plan.layer(0);
    int[] zeros = new int[layer.geometry().outputSize()];
    assertThat(accepts(check, layer, zeros, 50, sides)).isTrue();
    check.begin(layer);
    check.add(zeros, zeros.length - 1);
    assertThat(check.accepts(sides)).isFalse();
    check.begin(layer);
    check.add(zeros, zeros.length);
    check.rejectUnless(true);
    assertThat(check.accepts(sides)).isTrue();
    check.rejectUnless(false);
    assertThat(check.accepts(sides)).isFalse();
  }

  /**
   * Why there are two checks and never one of their difference: that one accepts a flipped bit k
   * and an edge that adds 2ᵏ or subtracts it as the bit was, and so tells the bit.
   */
  @ParameterizedTest
  @CsvSource({"P31,31", "P24,24"})
  void aCheckOfTheDifference_wouldTellEveryBit_andThisOneTellsNone(ResidueField field, int bits) {
    Plan plan = plan(field);
    GroupChallenges group = group(plan, 1);
    List<int[]> factors = factors(plan, field);
    LinearLayerSpec layer = plan.layer(0);
    int[] u = factors.get(0);
    int[] y = random.ints(u.length, 0, field.modulus()).toArray();
    int[] sides = group.factorSides(factors, TestSecrets.ACCESS);
    Challenge challenge = group.of(layer).get(0);
    int honest = side(field, layer.geometry(), challenge, minus(field, y, u));
    FactorCheck check = new FactorCheck(group);
    int told = 0;
    for (int bit = 0; bit < bits; bit++) {
      int at = random.nextInt(u.length);
      int[] flipped = u.clone();
      flipped[at] ^= 1 << bit;
      if (flipped[at] >= field.modulus()) {
        continue;
      }
      int[] shifted = y.clone();
      shifted[at] = field.add(y[at], (1 << bit) % field.modulus());
      int difference = side(field, layer.geometry(), challenge, minus(field, shifted, flipped));
      boolean wasZero = (u[at] >> bit & 1) == 0;
      assertThat(difference == honest).as("the difference tells bit %d", bit).isEqualTo(wasZero);
      assertThat(accepts(check, layer, flipped, 40, sides)).isFalse();
      told++;
    }
    assertThat(told).isGreaterThan(bits - 3);
  }

  private static int[] minus(ResidueField field, int[] y, int[] u) {
    int[] difference = new int[y.length];
    Arrays.setAll(difference, i -> field.subtract(y[i], u[i]));
    return difference;
  }

  private static boolean accepts(
      FactorCheck check, LinearLayerSpec layer, int[] u, int piece, int[] sides) {
    check.begin(layer);
    for (int from = 0; from < u.length; from += piece) {
      int count = Math.min(piece, u.length - from);
      check.add(Arrays.copyOfRange(u, from, from + count), count);
    }
    return check.accepts(sides);
  }

  private static List<int[]> replace(List<int[]> factors, LinearLayerSpec layer, int[] u) {
    List<int[]> replaced = new ArrayList<>(factors);
    replaced.set(layer.index(), u);
    return replaced;
  }

  private static int side(ResidueField field, ConvGeometry g, Challenge challenge, int[] u) {
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i < u.length; i++) {
      int channel = i / g.planeSize() % g.outChannels();
      int image = i / g.planeSize() / g.outChannels();
      int position = image * g.planeSize() + i % g.planeSize();
      sum =
          sum.add(
              BigInteger.valueOf(challenge.a()[channel])
                  .multiply(BigInteger.valueOf(challenge.b()[position]))
                  .multiply(BigInteger.valueOf(u[i])));
    }
    return sum.mod(BigInteger.valueOf(field.modulus())).intValueExact();
  }

  private static Plan plan(ResidueField field) {
    List<MaskedTensorSpec> tensors = new ArrayList<>();
    List<LinearLayerSpec> layers = new ArrayList<>();
    for (int i = 0; i < SHAPES.size(); i++) {
      tensors.add(new MaskedTensorSpec(i, i, SHAPES.get(i).inputSize(), field));
      layers.add(new LinearLayerSpec(i, i, SHAPES.get(i)));
    }
    return new Plan(tensors, layers);
  }

  private static GroupChallenges group(Plan plan, int perLayer) {
    return GroupChallenges.ofZeros(plan, perLayer, TestKeys.group(4));
  }

  private List<int[]> factors(Plan plan, ResidueField field) {
    List<int[]> factors = new ArrayList<>();
    for (LinearLayerSpec layer : plan.layers()) {
      int[] u = random.ints(layer.geometry().outputSize(), 0, field.modulus()).toArray();
      u[u.length - 1] = field.modulus() - 1;
      factors.add(u);
    }
    return factors;
  }
}
