/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.Precision;

class MixesTest {
  @TempDir Path folder;

  @Test
  void mixes_areTheBundlesOfTheirPrecisions_andShareWhatTheyRoundAlike() {
    OnnxModels model = new OnnxModels(1).input("x", 1, 2, 6, 6);
    String first = model.constant(model.numbers(12 * 2 * 9, -1, 1), 12, 2, 3, 3);
    String second = model.constant(model.numbers(8 * 12 * 9, -1, 1), 8, 12, 3, 3);
    model.node("Conv", "a", "x " + first); // weights that no number of bits holds
    model.node("Relu", "b", "a");
    model.node("Conv", "y", "b " + second);
    PreparedImport prepared =
        ModelImporter.prepare(
            model.output("y").write(folder),
            ImportOptions.defaults().withOffload(OffloadPolicy.all()));
    Mixes mixes = new Mixes(prepared);
    Mix coarse = mixes.of(Precision.EIGHT_BITS);
    Mix firstFiner = mixes.of(Precision.highFor(Set.of("a")));

    assertThat(firstFiner.edge().weights().get(1)).isSameAs(coarse.edge().weights().get(1));
    assertThat(firstFiner.edge().weights().get(0).parts()).isEqualTo(2);
    assertThat(coarse.edge().weights().get(0).parts()).isEqualTo(1);
    assertThat(
            Stream.of(Precision.EIGHT_BITS, Precision.highFor(Set.of("a")), Precision.HIGH)
                .map(precision -> mixes.of(precision).bundle().fingerprint()))
        .doesNotHaveDuplicates();
    for (Precision precision :
        List.of(Precision.HIGH, Precision.EIGHT_BITS, Precision.highFor(Set.of("a")))) {
      assertThat(mixes.of(precision).bundle().fingerprint())
          .isEqualTo(prepared.bundle(precision).fingerprint());
    }
  }
}
