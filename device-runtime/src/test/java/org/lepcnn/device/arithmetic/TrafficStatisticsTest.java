/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;

/**
 * Ten million masked residues of each field, as sessions make them, of two pictures as different as
 * can be: one all zeros, one at the largest magnitude with a gradient.
 *
 * <p>The chain's first key is fixed, so that a run that passes always passes. Every bound is five
 * standard deviations of its statistic under uniformity.
 */
class TrafficStatisticsTest {
  private static final int ELEMENTS = 3 * 64 * 64;
  private static final int PASSES = 820;
  private static final double SIGMAS = 5;

  /** Per pass the masked tensor; even passes hold the dark picture, odd ones the bright one. */
  private static final Map<ResidueField, List<int[]>> TRAFFIC = new EnumMap<>(ResidueField.class);

  private static final float[] DARK = new float[ELEMENTS];
  private static final float[] BRIGHT = new float[ELEMENTS];

  @BeforeAll
  static void capture() {
    for (int i = 0; i < ELEMENTS; i++) {
      BRIGHT[i] = 0.5f + 0.5f * i / ELEMENTS;
    }
    for (ResidueField field : ResidueField.values()) {
      TRAFFIC.put(field, traffic(field));
    }
    assertThat((long) ELEMENTS * PASSES).isGreaterThan(10_000_000);
  }

  private static List<int[]> traffic(ResidueField field) {
    List<int[]> traffic = new ArrayList<>();
    try (SecretKey first = SecretKey.copyOf(new byte[SecretKey.BYTES])) {
      PassKey key = PassKey.of(first, CipherSuite.AES);
      for (int pass = 0; pass < PASSES; pass++) {
        traffic.add(masked(pass % 2 == 0 ? DARK : BRIGHT, field, key));
        PassKey next = key.next();
        key.close();
        key = next;
      }
      key.close();
    }
    return traffic;
  }

  /** The steps of a session: scale, mask, quantize and add. */
  private static int[] masked(float[] picture, ResidueField field, PassKey key) {
    ActivationRange range = ActivationRange.signed(field == ResidueField.P31 ? 16 : 8);
    TileArithmetic tiles = TileArithmetic.best();
    int[] residues = new int[ELEMENTS];
    FloatBuffer x = FloatBuffer.wrap(picture);
    float scale = tiles.scale(x, ELEMENTS, range);
    try (MaskGenerator masks = new MaskGenerator(key, TestSecrets.ACCESS)) {
      tiles.mask(x, scale, masks, new MaskedTensorSpec(0, 0, ELEMENTS, field), residues);
    }
    return residues;
  }

  private static List<int[]> of(ResidueField field) {
    return Objects.requireNonNull(TRAFFIC.get(field));
  }

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void residues_areUniformOverTheWholeField(ResidueField field) {
    int bins = 1 << 16;
    long[] counts = new long[bins];
    for (int[] tensor : of(field)) {
      for (int residue : tensor) {
        counts[(int) ((long) residue * bins / field.modulus())]++;
      }
    }
    assertUniform(counts);
  }

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void everyByteOfTheResidues_isUniform(ResidueField field) {
    for (int shift : new int[] {0, 8, 16, field.bits() - 8}) {
      long[] counts = new long[256];
      for (int[] tensor : of(field)) {
        for (int residue : tensor) {
          counts[residue >>> shift & 0xff]++;
        }
      }
      assertUniform(counts);
    }
  }

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void neighboursAndPasses_areUncorrelated(ResidueField field) {
    List<int[]> traffic = of(field);
    for (int lag : new int[] {1, 2, 64, 4096}) {
      Correlation within = new Correlation(field);
      for (int[] tensor : traffic) {
        for (int i = lag; i < ELEMENTS; i++) {
          within.add(tensor[i - lag], tensor[i]);
        }
      }
      within.assertNone("lag " + lag);
    }
    for (int passes : new int[] {1, 2, 64}) {
      Correlation between = new Correlation(field);
      for (int pass = passes; pass < PASSES; pass++) {
        for (int i = 0; i < ELEMENTS; i++) {
          between.add(traffic.get(pass - passes)[i], traffic.get(pass)[i]);
        }
      }
      between.assertNone("the same element " + passes + " passes later");
    }
  }

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void aTrainedClassifier_doesNoBetterThanChance(ResidueField field) {
    Samples samples = Samples.of(field, of(field));
    double deviation = 0.5 / Math.sqrt(samples.tested());
    assertThat(samples.accuracyOfTrainedClassifier())
        .isBetween(0.5 - SIGMAS * deviation, 0.5 + SIGMAS * deviation);
  }

  @Test
  void theSameClassifier_tellsThePicturesApartUnderAMaskThatIsTooShort() {
    // 18 bits over values of 15: what a mask that is not uniform on the field would leave
    ResidueField field = ResidueField.P31;
    SplittableRandom random = new SplittableRandom(4);
    List<int[]> weak = new ArrayList<>();
    for (int pass = 0; pass < PASSES; pass++) {
      int[] tensor = new int[ELEMENTS];
      for (int i = 0; i < ELEMENTS; i++) {
        int value = pass % 2 == 0 ? 0 : Math.round(BRIGHT[i] * 32_767);
        tensor[i] = field.canonical(value + random.nextInt(1 << 18) - (1 << 17));
      }
      weak.add(tensor);
    }
    assertThat(Samples.of(field, weak).accuracyOfTrainedClassifier()).isGreaterThan(0.75);
  }

  /** χ² over n equal bins has mean n − 1 and deviation √(2(n − 1)). */
  private static void assertUniform(long[] counts) {
    double expected = Arrays.stream(counts).sum() / (double) counts.length;
    double sum = 0;
    for (long count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    double mean = counts.length - 1;
    assertThat((sum - mean) / Math.sqrt(2 * mean))
        .as("χ², standardised")
        .isBetween(-SIGMAS, SIGMAS);
  }

  /** Pearson's correlation of pairs that are uniform on [0, p): deviation 1/√n. */
  private static final class Correlation {
    private final double middle;
    private double sum;
    private long pairs;

    Correlation(ResidueField field) {
      middle = field.modulus() / 2.0;
    }

    void add(int one, int other) {
      double variance = middle * middle / 3;
      sum += (one - middle) * (other - middle) / variance;
      pairs++;
    }

    void assertNone(String what) {
      assertThat(sum / Math.sqrt((double) pairs)).as(what).isBetween(-SIGMAS, SIGMAS);
    }
  }

  /**
   * Blocks of masked tensors with the picture they came from, for logistic regression on centred
   * residues, their magnitudes, the frequency of every bit, and means.
   */
  private static final class Samples {
    private static final int BLOCK = 256;
    private static final int FEATURES = 2 * BLOCK + Integer.SIZE + 2;
    private static final int EPOCHS = 2;
    private static final double RATE = 0.002;

    private final List<float[]> train = new ArrayList<>();
    private final List<float[]> test = new ArrayList<>();
    private final List<Boolean> trainLabels = new ArrayList<>();
    private final List<Boolean> testLabels = new ArrayList<>();

    private final ResidueField field;

    private Samples(ResidueField field) {
      this.field = field;
    }

    static Samples of(ResidueField field, List<int[]> traffic) {
      Samples samples = new Samples(field);
      for (int pass = 0; pass < traffic.size(); pass++) {
        boolean training = pass < traffic.size() / 2;
        for (int from = 0; from + BLOCK <= ELEMENTS; from += 4 * BLOCK) {
          (training ? samples.train : samples.test).add(samples.features(traffic.get(pass), from));
          (training ? samples.trainLabels : samples.testLabels).add(pass % 2 == 1);
        }
      }
      return samples;
    }

    int tested() {
      return test.size();
    }

    double accuracyOfTrainedClassifier() {
      float[] weights = new float[FEATURES];
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (int i = 0; i < train.size(); i++) {
          double error =
              (trainLabels.get(i) ? 1 : 0) - 1 / (1 + Math.exp(-dot(weights, train.get(i))));
          for (int k = 0; k < FEATURES; k++) {
            weights[k] += (float) (RATE * error * train.get(i)[k]);
          }
        }
      }
      int right = 0;
      for (int i = 0; i < test.size(); i++) {
        right += dot(weights, test.get(i)) > 0 == testLabels.get(i) ? 1 : 0;
      }
      return right / (double) test.size();
    }

    private static double dot(float[] weights, float[] features) {
      double sum = 0;
      for (int k = 0; k < FEATURES; k++) {
        sum += weights[k] * features[k];
      }
      return sum;
    }

    private float[] features(int[] tensor, int from) {
      float[] features = new float[FEATURES];
      double largest = 1;
      double sum = 0;
      for (int i = 0; i < BLOCK; i++) {
        largest = Math.max(largest, Math.abs(field.centred(tensor[from + i])));
      }
      for (int i = 0; i < BLOCK; i++) {
        int residue = tensor[from + i];
        double value = field.centred(residue) / largest;
        features[i] = (float) value;
        features[BLOCK + i] = (float) Math.abs(value) - 0.5f;
        sum += value;
        for (int bit = 0; bit < field.bits(); bit++) {
          features[2 * BLOCK + bit] += ((residue >>> bit & 1) - 0.5f) / 8;
        }
      }
      features[FEATURES - 2] = (float) (sum / Math.sqrt(BLOCK / 3.0));
      features[FEATURES - 1] = 1;
      return features;
    }
  }
}
