/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.device.SteadyState;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;

class MaskGeneratorTest {
  private final PassKey first = PassKey.of(SecretKey.copyOf(new byte[32]), CipherSuite.AES);

  @Test
  void aMask_dependsOnPassKeyAndTensorIdOnly() {
    int[] expected = mask(new MaskGenerator(first, TestSecrets.ACCESS), 3, 5000);
    MaskGenerator other = new MaskGenerator(first.copy(), TestSecrets.ACCESS);
    mask(other, 9, 70_000);
    mask(other, 3, 17);
    assertThat(mask(other, 3, 5000)).isEqualTo(expected);
    assertThat(mask(other, 3, 100)).isEqualTo(Arrays.copyOf(expected, 100));
    MaskGenerator rekeyed = new MaskGenerator(first.next(), TestSecrets.ACCESS);
    mask(rekeyed, 3, 100);
    rekeyed.rekey(first);
    assertThat(mask(rekeyed, 3, 5000)).isEqualTo(expected);
  }

  @Test
  void masksOfOtherTensorsAndPasses_shareNoResidueByPosition() {
    int[] mask = mask(new MaskGenerator(first, TestSecrets.ACCESS), 0, 1000);
    assertThat(equalPositions(mask, mask(new MaskGenerator(first, TestSecrets.ACCESS), 1, 1000)))
        .isZero();
    assertThat(
            equalPositions(
                mask, mask(new MaskGenerator(first.next(), TestSecrets.ACCESS), 0, 1000)))
        .isZero();
  }

  @Test
  void aNegativeTensorId_isRefused() {
    MaskGenerator generator = new MaskGenerator(first, TestSecrets.ACCESS);
    assertThatThrownBy(() -> generator.fill(-1, ResidueField.P31, new int[1], 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> generator.begin(-1, ResidueField.P31, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> generator.addRedraws(-1, ResidueField.P31, new int[1], 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMaskThatWasEnded_yieldsNoMoreWords() {
    MaskGenerator generator = new MaskGenerator(first, TestSecrets.ACCESS);
    byte[] words = new byte[64];
    generator.begin(0, ResidueField.P31, 32);
    generator.nextWords(words, 16);
    generator.end();
    assertThatThrownBy(() -> generator.nextWords(words, 16))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aClosedGenerator_hasNoKey_untilItIsRekeyed() {
    MaskGenerator generator = new MaskGenerator(first, TestSecrets.ACCESS);
    int[] expected = mask(generator, 0, 10);
    generator.close();
    assertThatThrownBy(() -> mask(generator, 0, 10)).isInstanceOf(IllegalStateException.class);
    generator.rekey(first);
    assertThat(mask(generator, 0, 10)).isEqualTo(expected);
  }

  /** With a fixed key, so that the outcome is a constant; six standard deviations either side. */
  @Test
  void residues_lookUniform() {
    int[] mask = mask(new MaskGenerator(first, TestSecrets.ACCESS), 0, 1 << 20);
    assertThat(Field31.allCanonical(mask, 0, mask.length)).isTrue();
    assertThat(chiSquare(mask, r -> r >>> 23)).as("high bits").isBetween(120.0, 390.0);
    assertThat(chiSquare(mask, r -> r & 255)).as("low bits").isBetween(120.0, 390.0);
    assertThat(chiSquare(mask, r -> r >>> 11 & 255)).as("middle bits").isBetween(120.0, 390.0);
  }

  @Test
  void steadyState_allocatesNoBuffers() {
    MaskGenerator generator = new MaskGenerator(first, TestSecrets.ACCESS);
    int[] out = new int[1 << 18];
    int enough = 16 << 10;
    long perMask =
        SteadyState.bytes(enough, () -> generator.fill(1, ResidueField.P31, out, out.length));
    assertThat(perMask).as("bytes for a mask of 1 MiB").isLessThanOrEqualTo(enough);
  }

  private static double chiSquare(int[] residues, IntUnaryOperator bucketOf) {
    long[] counts = new long[256];
    for (int residue : residues) {
      counts[bucketOf.applyAsInt(residue)]++;
    }
    double expected = residues.length / 256.0;
    double sum = 0;
    for (long count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }

  private static int equalPositions(int[] a, int[] b) {
    int equal = 0;
    for (int i = 0; i < a.length; i++) {
      equal += a[i] == b[i] ? 1 : 0;
    }
    return equal;
  }

  private static int[] mask(MaskGenerator generator, int tensorId, int length) {
    int[] out = new int[length];
    generator.fill(tensorId, ResidueField.P31, out, length);
    return out;
  }
}
