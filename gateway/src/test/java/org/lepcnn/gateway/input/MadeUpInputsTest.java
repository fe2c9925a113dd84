/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;

class MadeUpInputsTest {
  private static final int SIDE = 96;

  @Test
  void picturesOfBytes_growSmoother_channelsFirstAndLast() {
    for (long[] shape : new long[][] {{1, 3, SIDE, SIDE}, {1, SIDE, SIDE, 3}}) {
      List<Map<String, HostTensor>> made = MadeUpInputs.make(List.of(input(shape)), 4, Set.of("x"));
      int neighbour = shape[1] == 3 ? 1 : 3;
      double last = Double.MAX_VALUE;
      for (Map<String, HostTensor> inputs : made) {
        float[] samples = inputs.get("x").floats();
        double step = meanStep(samples, neighbour);
        assertThat(step).isLessThan(last / 2);
        last = step;
        assertThat(samples).hasSize(3 * SIDE * SIDE);
        for (float sample : samples) {
          assertThat(sample).isBetween(0f, 255f);
        }
      }
    }
  }

  @Test
  void otherInputs_areNumbersUpToOne_alwaysTheSame() {
    List<ValueSpec> inputs = List.of(input(1, 3, SIDE, SIDE));
    float[] samples = MadeUpInputs.make(inputs, 2).get(1).get("x").floats();
    assertThat(MadeUpInputs.make(inputs, 2, Set.of("y")).get(1).get("x").floats())
        .isEqualTo(samples);
    for (float sample : samples) {
      assertThat(sample).isBetween(0f, 1f);
    }
  }

  @Test
  void whatIsNoPicture_isNumbersUpToOne() {
    float[] values =
        MadeUpInputs.make(List.of(input(1, 300)), 1, Set.of("x")).get(0).get("x").floats();
    for (float value : values) {
      assertThat(value).isBetween(0f, 1f);
    }
  }

  private static ValueSpec input(long... shape) {
    return new ValueSpec("x", HostTensor.FLOAT, shape);
  }

  private static double meanStep(float[] samples, int neighbour) {
    double sum = 0;
    for (int i = neighbour; i < samples.length; i++) {
      sum += Math.abs(samples[i] - samples[i - neighbour]);
    }
    return sum / samples.length;
  }
}
