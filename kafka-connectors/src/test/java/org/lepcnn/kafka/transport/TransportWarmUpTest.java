/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.kafka.chunk.ChunkLayout;

class TransportWarmUpTest {
  private static final int WIDE = ChunkLayout.MAX_CHUNK_ELEMENTS + 1;

  @Test
  void roundsOfSeveralTensorsLayersAndChunks_becomeComplete() {
    Plan plan =
        new Plan(
            List.of(
                new MaskedTensorSpec(0, 0, 17, ResidueField.P31),
                new MaskedTensorSpec(1, 0, WIDE, ResidueField.P24),
                new MaskedTensorSpec(2, 1, 5, ResidueField.P31)),
            List.of(
                new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(1, 17, 3)),
                new LinearLayerSpec(1, 1, ConvGeometry.fullyConnected(1, WIDE, 2)),
                new LinearLayerSpec(2, 2, ConvGeometry.fullyConnected(1, 5, WIDE))));
    TransportConfig config = TransportConfig.builder("b:1", "g").build();

    // an exchange that did not become complete would throw
    assertThat(new TransportWarmUp(config, plan).run()).isPositive();
  }
}
