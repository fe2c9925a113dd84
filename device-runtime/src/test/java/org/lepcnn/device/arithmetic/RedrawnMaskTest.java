/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.mask.ResidueStream;

/**
 * Real masks that need a redraw: of the pass key of zeros these tensor ids have a rejected word at
 * these places, found by looking at 2³¹ words.
 */
class RedrawnMaskTest {
  private static final int LENGTH = 16_384;
  private static final int BITS = 16;

  @ParameterizedTest
  @CsvSource({"76935, 10982", "129502, 8456", "130900, 8581"})
  void aRejectedWord_isMaskedWithItsRedraw(int tensorId, int position) {
    SplittableRandom random = new SplittableRandom(tensorId);
    float[] x = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      x[i] = (float) random.nextDouble(-3, 3);
    }
    int[] expected = new int[LENGTH];
    int[] masked = new int[LENGTH];
    TileArithmetic tiles = new PlainTiles();
    int[] inVectors = new int[LENGTH];
    float scale = tiles.scale(FloatBuffer.wrap(x), LENGTH, ActivationRange.signed(BITS));
    try (SecretKey zeros = SecretKey.copyOf(new byte[SecretKey.BYTES]);
        PassKey pass = PassKey.of(zeros, CipherSuite.AES);
        MaskGenerator masks = new MaskGenerator(pass, TestSecrets.ACCESS)) {
      assertThat(word(masks, tensorId, position)).isEqualTo(Field31.P);
      masks.fill(tensorId, ResidueField.P31, expected, LENGTH);
      tiles.mask(
          FloatBuffer.wrap(x),
          scale,
          masks,
          new MaskedTensorSpec(tensorId, 0, LENGTH, ResidueField.P31),
          masked);
      TileArithmetic.best()
          .mask(
              FloatBuffer.wrap(x),
              scale,
              masks,
              new MaskedTensorSpec(tensorId, 0, LENGTH, ResidueField.P31),
              inVectors);
    }
    assertThat(expected[position]).isBetween(1, Field31.P - 1);
    LayerArithmetic.mask(x, scale, ActivationRange.signed(BITS), ResidueField.P31, expected);
    assertThat(masked).isEqualTo(expected);
    assertThat(inVectors).isEqualTo(expected);
  }

  /** One word of a mask, without its top bit. */
  private static int word(MaskGenerator masks, int tensorId, int position) {
    byte[] words = new byte[ResidueStream.MAX_WORDS * Integer.BYTES];
    masks.begin(tensorId, ResidueField.P31, LENGTH);
    for (int from = 0; from <= position; from += ResidueStream.MAX_WORDS) {
      masks.nextWords(words, ResidueStream.MAX_WORDS);
    }
    masks.end();
    int at = position % ResidueStream.MAX_WORDS * Integer.BYTES;
    return ByteBuffer.wrap(words).order(ByteOrder.LITTLE_ENDIAN).getInt(at) & Field31.P;
  }
}
