/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Naming;
import org.lepcnn.device.stage.HostTensor;

class RankedClassTest {
  private static final List<String> NAMES = List.of("cat", "dog", "owl");

  @TempDir private Path folder;

  private static Map<String, HostTensor> scores(float... values) {
    return Map.of("y", HostTensor.of(values, 1, values.length));
  }

  @Test
  void theBest_comeFirst_withProbabilities() {
    List<RankedClass> best = RankedClass.of(scores(1, 3, 2), new Naming("y", NAMES, true, 2));
    assertThat(best).extracting(RankedClass::name).containsExactly("dog", "owl");
    double sum = Math.exp(-2) + 1 + Math.exp(-1);
    assertThat(best.get(0).score()).isCloseTo(1 / sum, within(1e-12));
    assertThat(best.get(1).score()).isCloseTo(Math.exp(-1) / sum, within(1e-12));
  }

  @Test
  void scores_areToldAsTheyAre_withoutSoftmax_andEqualOnesInTheirOrder() {
    assertThat(RankedClass.of(scores(0.2f, 0.4f, 0.4f), new Naming("y", List.of(), false, 9)))
        .containsExactly(
            new RankedClass(1, null, 0.4f),
            new RankedClass(2, null, 0.4f),
            new RankedClass(0, null, 0.2f));
  }

  @Test
  void largeScores_doNotOverflow_andNoNumbersTellNothing() {
    Naming naming = new Naming("y", NAMES, true, 1);
    assertThat(RankedClass.of(scores(1e30f, 0, 0), naming).get(0).score()).isEqualTo(1);
    assertThat(RankedClass.of(scores(1, Float.NaN, 0), naming)).isEmpty();
    assertThat(RankedClass.of(scores(Float.POSITIVE_INFINITY, 1, 0), naming)).isEmpty();
  }

  @Test
  void bytesAreScoresToo() {
    Map<String, HostTensor> bytes =
        Map.of("y", HostTensor.ofBytes(HostTensor.UINT8, new byte[] {1, (byte) 200, 3}, 1, 3));
    assertThat(RankedClass.of(bytes, new Naming("y", NAMES, false, 1)))
        .containsExactly(new RankedClass(1, "dog", 200));
  }

  @Test
  void theOutputWithAsManyScores_isNamed() {
    List<ValueSpec> outputs =
        List.of(
            new ValueSpec("boxes", 1, new long[] {1, 4}),
            new ValueSpec("y", 1, new long[] {1, 3, 1, 1}));
    Naming naming = ClassNames.of(outputs, NAMES, null, null, List.of());
    assertThat(naming).isEqualTo(new Naming("y", NAMES, true, 3));
    assertThat(ClassNames.of(outputs, NAMES, null, 2, List.of("y")))
        .isEqualTo(new Naming("y", NAMES, false, 2));
    assertThatThrownBy(() -> ClassNames.of(outputs, List.of("a", "b"), null, null, List.of()))
        .hasMessageContaining("2 scores")
        .hasMessageContaining("y [1, 3, 1, 1]");
  }

  @Test
  void names_areLines() throws IOException {
    Path file = folder.resolve("names.txt");
    Files.writeString(file, "\uFEFFcat\r\n dog \r\nWaldkauz, Käuzchen\n\n");
    assertThat(ClassNames.read(file)).containsExactly("cat", "dog", "Waldkauz, Käuzchen");
    Files.writeString(file, "cat\n\nowl\n");
    assertThatThrownBy(() -> ClassNames.read(file)).hasMessageContaining("line 2");
    Files.writeString(file, "\n");
    assertThatThrownBy(() -> ClassNames.read(file)).hasMessageContaining("none");
  }
}
