/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.testkit.HeldNumbers;
import org.lepcnn.device.vector.VectorUnit;

/** Tiles that are erased hold nothing any more. */
class TileMemoryTest {
  /** Of every kind, also the one that this JVM would not choose. */
  @Test
  void tilesThatAreErased_holdNothingOfMasksOrValues() throws Exception {
    List<TileArithmetic> kinds = new ArrayList<>(List.of(new PlainTiles()));
    if (VectorUnit.present()) {
      kinds.add(new VectorTiles());
    }
    // whole tiles and an end that fills no vector
    int length = 4096 + 5;
    FloatBuffer x = FloatBuffer.allocate(length);
    IntStream.range(0, length).forEach(i -> x.put(i, i % 7 + 1));
    ConvGeometry plane = ConvGeometry.of(1, 1, ConvAxis.pointwise(1), ConvAxis.pointwise(length));
    ChannelScales scales = new ChannelScales(1, new float[] {1}, new float[] {3});
    int[] masked = new int[length];
    for (TileArithmetic tiles : kinds) {
      tiles.scale(x, length, ActivationRange.signed(16));
      tiles.mask(
          x, 1, ResidueField.P31, (out, count) -> Arrays.fill(out, (byte) 7), masked, length);
      tiles.unmask(
          plane,
          masked,
          new ResidueBuffer(length),
          Lift.centred(ResidueField.P31, 1),
          scales,
          FloatBuffer.allocate(length));
      assertThat(HeldNumbers.of(tiles)).as("%s at work", tiles).anyMatch(number -> number != 0);
      tiles.erase();
      assertThat(HeldNumbers.of(tiles)).as("%s", tiles).allMatch(number -> number == 0);
    }
  }
}
